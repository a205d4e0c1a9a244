// SPDX-License-Identifier: BSD-2-Clause
import {
  type CheckContext,
  type Counters,
  compareFrames,
  defineChecks,
  type Frame,
  failed,
  firstFailure,
  frameBytes,
  type Program,
  packets,
  passed,
  strangeFrames,
  type Verdict,
} from '@ringlab/labkit';

const { arp, cut, ethernet, toHex, udp, udp6 } = packets;

const SWITCH = 'vale0:';
/** In the order in which they are opened, which is that of their numbers. */
const PORTS = ['vale0:a', 'vale0:b', 'vale0:c', 'vale0:d'];
const MOST_ROUTES = 64;
/** A module that does not answer for so long is taken off; a busy machine may need longer than the second that is usual. */
const PATIENCE_MS = '20000';

async function load(context: CheckContext): Promise<Program> {
  const program = await context.start([
    'vale-module',
    '--patience',
    PATIENCE_MS,
    'run',
    './router.so',
    SWITCH,
  ]);
  await context.until(() => program.matches(/ rules /).length > 0 || program.ended !== undefined);
  return program;
}

/** What the module says to these words; undefined when it refuses them. */
async function configure(context: CheckContext, words: string): Promise<string | undefined> {
  const program = await context.start(['vale-module', 'config', SWITCH, ...words.split(' ')]);
  const { code } = await program.exit;
  return code === 0 ? program.lines.join('') : undefined;
}

/** The module's routes, sorted. */
async function routesNow(context: CheckContext): Promise<readonly string[]> {
  const [, list = ''] = /^\d+ routes:? ?(.*)$/.exec((await configure(context, 'show')) ?? '') ?? [];
  return list
    .split(', ')
    .filter((route) => route !== '')
    .sort();
}

async function addAll(context: CheckContext, routes: readonly string[]): Promise<Verdict> {
  for (const route of routes)
    if ((await configure(context, `add ${route}`)) === undefined)
      return failed(`"add ${route}" was refused.`, 'refused');
  return passed;
}

/** A frame into a port, and the ports out of which it must come. */
interface Case {
  readonly into: number;
  readonly frame: Frame;
  readonly outOf: readonly number[];
}

/** Looks at all ports in turn; the order of frames does not matter, because they come from several senders. */
async function judge(
  context: CheckContext,
  cases: readonly Case[],
  hintAt: (port: number) => string,
): Promise<Verdict> {
  const of = (port: number) => cases.filter(({ into }) => into === port).map(({ frame }) => frame);
  const expected = PORTS.map((_, port) =>
    cases.filter(({ outOf }) => outOf.includes(port)).map(({ frame }) => frameBytes(frame)),
  );
  const { captured } = await context.exchange({
    send: Object.fromEntries(PORTS.map((name, port) => [name, of(port)])),
    capture: PORTS,
    until: (counters) =>
      PORTS.every((name, port) => received(counters, name) >= (expected[port]?.length ?? 0)),
  });
  const verdicts = PORTS.map((name, port) => {
    const hint = hintAt(port);
    const hints = { missing: hint, extra: hint, changed: 'changed', twice: hint, order: hint };
    const verdict = compareFrames(sorted(expected[port] ?? []), sorted(captured[name] ?? []), hints);
    return verdict.passed ? passed : { ...verdict, actual: `At port ${port}: ${verdict.actual}` };
  });
  return firstFailure(...verdicts.toReversed());
}

function sorted(frames: readonly Uint8Array[]): readonly Uint8Array[] {
  return frames.toSorted((a, b) => (toHex(a) < toHex(b) ? -1 : 1));
}

function received(counters: Counters, port: string): number {
  return counters.total(port, 'rx', 'packets');
}

const to = (dst: string, into = 0): Frame =>
  udp({ dst, dport: 80, id: into, payload: `${into} ${dst}`, padTo: 60 });
const goes = (into: number, dst: string, ...outOf: readonly number[]): Case => ({
  into,
  frame: to(dst, into),
  outOf,
});

async function steers(context: CheckContext): Promise<Verdict> {
  await load(context);
  const added = await addAll(context, ['0 10.1.0.0/16 1', '0 10.1.2.0/24 2', '0 10.0.0.0/8 3']);
  const longest = [
    goes(0, '10.1.0.1', 1),
    goes(0, '10.1.2.3', 2),
    goes(0, '10.1.3.1', 1),
    goes(0, '10.9.9.9', 3),
    goes(0, '11.0.0.1'),
  ];
  return firstFailure(added, await judge(context, longest, () => 'longest'));
}

async function perPort(context: CheckContext): Promise<Verdict> {
  await load(context);
  const added = await addAll(context, [
    '0 10.1.0.0/16 1',
    '3 10.1.0.0/16 2',
    '1 0.0.0.0/0 0',
    '3 10.1.7.7/32 0',
  ]);
  const cases = [
    goes(0, '10.1.0.1', 1),
    goes(3, '10.1.0.1', 2),
    goes(3, '10.1.7.7', 0),
    goes(1, '192.0.2.1', 0),
    goes(2, '10.1.0.1'),
  ];
  return firstFailure(added, await judge(context, cases, () => 'port'));
}

/** More than a ring has: behind them, every buffer that a short frame is written into holds the rest of a good one. */
const GOOD_FRAMES = 1100;

async function others(context: CheckContext): Promise<Verdict> {
  await load(context);
  const added = await addAll(context, ['0 10.1.0.0/16 1']);
  const good = udp({ dst: '10.1.0.1', dport: 80, padTo: 60 });
  const nowhere: Frame[] = [
    ...Array.from({ length: 20 }, (_, index) => cut(good, 14 + index)),
    udp6({ dport: 80 }),
    ethernet(0x1234, frameBytes(good).slice(14)),
    udp({ dst: '10.1.0.1', dport: 80, version: 6 }),
    udp({ dst: '10.1.0.1', dport: 80, vlans: [{ id: 7 }] }),
  ];
  // Whole at least as far as the IPv4 header, and that is all that a router looks at.
  const routed: Frame[] = [
    udp({ dst: '10.1.0.1', dport: 80, options: new Uint8Array(12).fill(1) }),
    udp({ dst: '10.1.0.1', dport: 80, id: 7, flags: 1, payload: 'the first of some', length: 3000 }),
    udp({ dst: '10.1.0.1', dport: 80, id: 7, fragmentOffset: 4, payload: 'a later fragment' }),
  ];
  const cases = [
    ...Array.from({ length: GOOD_FRAMES }, () => ({ into: 0, frame: good, outOf: [1] })),
    ...nowhere.map((frame) => ({ into: 0, frame, outOf: [] })),
    ...routed.map((frame) => ({ into: 0, frame, outOf: [1] })),
    // Nothing of this port has a route, whatever its headers claim.
    ...strangeFrames({ dst: '192.0.2.1' })
      .filter((frame) => frameBytes(frame)[12] !== 0x08 || frameBytes(frame)[13] !== 0x06)
      .map((frame) => ({ into: 2, frame, outOf: [] })),
  ];
  const question = { into: 0, frame: arp({ padTo: 60 }), outOf: [1, 2, 3] };
  // Only ARP goes to the ports behind the first.
  const judged = await judge(context, [question, ...cases], (port) => (port === 1 ? 'runts' : 'arp'));
  return firstFailure(added, judged);
}

async function replaces(context: CheckContext): Promise<Verdict> {
  await load(context);
  const steps: readonly (readonly [string, readonly string[], string])[] = [
    ['add 0 10.1.0.0/16 1', ['0 10.1.0.0/16 1'], 'replace'],
    ['add 0 10.1.0.0/24 1', ['0 10.1.0.0/16 1', '0 10.1.0.0/24 1'], 'replace'],
    ['add 0 10.1.0.0/16 2', ['0 10.1.0.0/16 2', '0 10.1.0.0/24 1'], 'replace'],
    ['add 7 10.1.0.0/16 0', ['0 10.1.0.0/16 2', '0 10.1.0.0/24 1', '7 10.1.0.0/16 0'], 'replace'],
    ['clear 0', ['7 10.1.0.0/16 0'], 'clear'],
    ['clear 0', ['7 10.1.0.0/16 0'], 'clear'],
  ];
  for (const [words, expected, hint] of steps) {
    if ((await configure(context, words)) === undefined) return failed(`"${words}" was refused.`, hint);
    const verdict = sameRoutes(await routesNow(context), expected, `After "${words}"`, hint);
    if (!verdict.passed) return verdict;
  }
  return passed;
}

function sameRoutes(
  actual: readonly string[],
  expected: readonly string[],
  when: string,
  hint: string,
): Verdict {
  const words = (routes: readonly string[]) => (routes.length === 0 ? 'none' : routes.join(', '));
  if (words(actual) === words(expected.toSorted())) return passed;
  return failed(`${when} the routes are ${words(actual)}, in place of ${words(expected.toSorted())}.`, hint);
}

const NONSENSE = [
  'add 0 10.1.0.0/33 1',
  'add 0 10.1.0.0 1',
  'add 0 10.1.0.300/32 1',
  'add 0 10.1.0.1/16 1',
  'add 0 ten/8 1',
  'add 254 10.1.0.0/16 1',
  'add 0 10.1.0.0/16 300',
  'add 0 10.1.0.0/16',
  'remove everything',
];

async function refuses(context: CheckContext): Promise<Verdict> {
  const module = await load(context);
  for (const words of NONSENSE)
    if ((await configure(context, words)) !== undefined)
      return failed(`"${words}" was accepted.`, 'nonsense');
  for (let index = 0; index < MOST_ROUTES; index++)
    if ((await configure(context, `add 1 10.1.${index}.0/24 2`)) === undefined)
      return failed(`Route ${index + 1} of ${MOST_ROUTES} was refused.`, 'refused');
  if ((await configure(context, 'add 1 10.2.0.0/16 2')) !== undefined)
    return failed(`Route ${MOST_ROUTES + 1} was accepted, and there is room for ${MOST_ROUTES}.`, 'full');
  if ((await configure(context, 'add 1 10.1.7.0/24 3')) === undefined)
    return failed('When all places are taken, a route that is there cannot be changed.', 'full');
  return module.ended === undefined ? passed : failed('The module is gone.', 'full');
}

const FLOWING = 300;
const BURST = 8;

/** A generator at port 0 and receivers at ports 1 and 2, which would have had packets by now if they were sent any. */
async function startTraffic(context: CheckContext): Promise<void> {
  const generator = [
    'pkt-gen',
    '-i',
    'vale0:a',
    '-f',
    'tx',
    '-R',
    '3000',
    '-b',
    `${BURST}`,
    '-d',
    '10.1.0.1',
  ];
  await context.startWithPorts([...generator, '-S', '02:00:00:00:00:01'], ['vale0:a']);
  for (const port of ['vale0:b', 'vale0:c'])
    await context.startWithPorts(['pkt-gen', '-i', port, '-f', 'rx'], [port]);
  const sent = (counters: Counters) => counters.total('vale0:a', 'tx', 'packets');
  const before = sent(await context.counters());
  await context.until((now) => sent(now) >= before + 4 * BURST);
}

/** Whether at least `FLOWING` more packets come to a port. */
async function flowsTo(context: CheckContext, port: string): Promise<boolean> {
  const before = received(await context.counters(), port);
  return await context.until((counters) => received(counters, port) >= before + FLOWING);
}

async function live(context: CheckContext): Promise<Verdict> {
  await load(context);
  await startTraffic(context);
  const first = await addAll(context, ['0 10.1.0.0/16 1']);
  if (!first.passed) return first;
  if (!(await flowsTo(context, 'vale0:b')))
    return failed('No packets come to port 1, to which the route leads.', 'longest');
  const second = await addAll(context, ['0 10.1.0.0/16 2']);
  if (!second.passed) return second;
  // What was on its way before arrives first.
  await context.until((counters) => received(counters, 'vale0:c') >= 4 * BURST);
  const then = received(await context.counters(), 'vale0:b');
  if (!(await flowsTo(context, 'vale0:c')))
    return failed('The route leads to port 2 now, and no packets come there.', 'replace');
  const late = received(await context.counters(), 'vale0:b') - then;
  return late === 0
    ? passed
    : failed(`After the route had changed, ${late} packets came to port 1.`, 'replace');
}

async function unloads(context: CheckContext): Promise<Verdict> {
  const module = await load(context);
  await startTraffic(context);
  const added = await addAll(context, ['0 10.1.0.0/16 1']);
  if (!added.passed) return added;
  if (!(await flowsTo(context, 'vale0:b')))
    return failed('No packets come to port 1, to which the route leads.', 'longest');
  if (received(await context.counters(), 'vale0:c') > 0)
    return failed('Packets come to port 2, to which no route leads.', 'longest');
  await module.stop();
  const flooded = (await flowsTo(context, 'vale0:b')) && (await flowsTo(context, 'vale0:c'));
  return flooded
    ? passed
    : failed('The module has been unloaded, and the switch does not flood again.', 'unload');
}

/** Ports 0 and 2 receive, port 1 sends. */
async function startNeighbors(context: CheckContext): Promise<Program> {
  const [first = '', leaver = '', last = ''] = PORTS;
  await context.startWithPorts(['pkt-gen', '-i', first, '-f', 'rx'], [first]);
  const sender = ['pkt-gen', '-i', leaver, '-f', 'tx', '-R', '1000', '-b', `${BURST}`, '-d', '10.2.0.1'];
  const program = await context.startWithPorts(sender, [leaver]);
  await context.startWithPorts(['pkt-gen', '-i', last, '-f', 'rx'], [last]);
  await context.until((counters) => counters.total(leaver, 'tx', 'packets') > 0);
  return program;
}

async function leaves(context: CheckContext): Promise<Verdict> {
  await load(context);
  const leaver = await startNeighbors(context);
  const routes = ['0 10.1.0.0/16 1', '1 10.2.0.0/16 2', '0 10.2.0.0/16 2', '2 10.0.0.0/8 0'];
  const added = await addAll(context, routes);
  await leaver.stop();
  await context.until((counters) => !counters.isOpen('vale0:b'));
  const now = await routesOnce(context, ({ length }) => length === 2);
  const what = now.includes('1 10.2.0.0/16 2') ? 'leaves' : 'leaves-to';
  return firstFailure(
    added,
    sameRoutes(now, ['0 10.2.0.0/16 2', '2 10.0.0.0/8 0'], 'After port 1 has left,', what),
  );
}

/** The module gets to know a moment later that a port has left. */
async function routesOnce(
  context: CheckContext,
  hold: (routes: readonly string[]) => boolean,
): Promise<readonly string[]> {
  for (let tries = 0; tries < 40; tries++) {
    const routes = await routesNow(context);
    if (hold(routes)) return routes;
    await context.pause(50);
  }
  return await routesNow(context);
}

const FLOWS = 32;
const OF_A_FLOW = 4;

async function spreads(context: CheckContext): Promise<Verdict> {
  await load(context);
  const added = await addAll(context, ['0 10.1.0.0/16 1 2', '0 10.2.0.0/16 3']);
  const frames = Array.from({ length: FLOWS * OF_A_FLOW }, (_, at) =>
    udp({
      dst: '10.1.0.9',
      sport: 4000 + (at % FLOWS),
      dport: 80,
      id: at,
      payload: `flow ${at % FLOWS}.`,
      padTo: 60,
    }),
  );
  const [into = '', left = '', right = '', other = ''] = PORTS;
  const { captured } = await context.exchange({
    send: { [into]: [...frames, to('10.2.0.1')] },
    capture: [left, right, other],
    until: (now) => received(now, left) + received(now, right) >= frames.length && received(now, other) >= 1,
  });
  const flowsAt = (port: string) =>
    (captured[port] ?? []).map((frame) => /flow \d+/.exec(new TextDecoder('latin1').decode(frame))?.[0]);
  const [first, second] = [flowsAt(left), flowsAt(right)];
  if (first.length + second.length !== frames.length || captured[other]?.length !== 1)
    return firstFailure(
      added,
      failed(`${first.length + second.length} of ${frames.length} packets came to both.`, 'spread'),
    );
  const torn = first.find((flow) => second.includes(flow));
  if (torn !== undefined) return failed(`The packets of ${torn} came to both ports.`, 'whole-flow');
  const fewer = Math.min(new Set(first).size, new Set(second).size);
  return fewer >= FLOWS / 8
    ? added
    : failed(`Of ${FLOWS} flows, ${fewer} came to one of the two ports.`, 'spread');
}

export default defineChecks([
  {
    id: 'steers',
    title: 'Sends packets along the longest prefix',
    sent: 'Packets to five addresses, with routes of 8, 16 and 24 bits that contain each other.',
    expected: 'Each takes the most exact route; one without a route goes nowhere.',
    run: steers,
  },
  {
    id: 'per-port',
    title: 'Has routes for each port',
    sent: 'The same address from different ports.',
    expected: 'Each goes where the routes of its own port lead.',
    after: ['steers'],
    run: perPort,
  },
  {
    id: 'others',
    title: 'Knows what else there is',
    sent: `ARP, IPv6, unknown types, ${GOOD_FRAMES} good packets, and behind them frames that end within the IP header.`,
    expected: 'ARP goes to all other ports. The good packets take their route, and the rest goes nowhere.',
    after: ['steers'],
    run: others,
  },
  {
    id: 'replaces',
    title: 'Takes routes from outside',
    sent: 'Routes that are added, changed and cleared.',
    expected: 'The list shows each route once, as it was said last.',
    run: replaces,
  },
  {
    id: 'refuses',
    title: 'Refuses nonsense',
    sent: `${NONSENSE.length} messages that are no routes, then ${MOST_ROUTES} routes, and one more.`,
    expected: 'What is no route, or one too many, is refused, and the module goes on.',
    after: ['replaces'],
    run: refuses,
  },
  {
    id: 'live',
    title: 'Steers traffic that flows',
    sent: 'Packets from port 0 without a pause, while their route changes from port 1 to port 2.',
    expected: 'From that moment on all of them come to port 2.',
    after: ['steers', 'replaces'],
    run: live,
  },
  {
    id: 'unloads',
    title: 'Gives the switch back',
    sent: 'Packets from port 0 without a pause, while the module is unloaded.',
    expected: 'The switch learns and floods again.',
    after: ['steers'],
    run: unloads,
  },
  {
    id: 'leaves',
    title: 'Forgets ports that leave',
    sent: 'A port leaves that has routes, and to which others lead.',
    expected: 'These are gone; the rest stays.',
    after: ['replaces'],
    run: leaves,
  },
  {
    id: 'spreads',
    title: 'Spreads flows over two ports',
    sent: `${OF_A_FLOW} packets of each of ${FLOWS} flows, with a route to ports 1 and 2.`,
    expected: 'Each flow comes to one of them, and each port has flows.',
    run: spreads,
  },
]);
