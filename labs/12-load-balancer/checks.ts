// SPDX-License-Identifier: BSD-2-Clause
import {
  type CheckContext,
  type Counters,
  defineChecks,
  type Frame,
  failed,
  firstFailure,
  frameBytes,
  type Program,
  packets,
  passed,
  requireRunning,
  sendInBackground,
  type Verdict,
} from '@ringlab/labkit';

const { arp, cut, ethernet, fragmentPacket, tcp, toHex, udp, udp6 } = packets;

const IN = 'lb{0';
const BALANCER_IN = 'lb}0';
const SERVERS = ['lb}1', 'lb}2', 'lb}3', 'lb}4'];
const TO_SERVERS = ['lb{1', 'lb{2', 'lb{3', 'lb{4'];
const SHARE_PERCENT = 5;
/** With so many flows, chance alone hardly ever moves a share by 5 %. */
const FLOWS = 16_000;
const HELLO_TYPE = 0x88b5;

const named = (port: string) => `netmap:${port}`;

async function startBalancer(context: CheckContext): Promise<Program> {
  const outputs = TO_SERVERS.flatMap((port) => ['-o', named(port)]);
  return await context.startWithPorts(
    ['./balancer', '-i', named(BALANCER_IN), ...outputs],
    [BALANCER_IN, ...TO_SERVERS],
  );
}

/** As clients make them: addresses and ports that differ little. TCP and UDP in turn. */
function flow(index: number, more: Partial<Parameters<typeof udp>[0]> = {}): Frame {
  const src = `10.0.${index & 7}.${(index >> 3) & 63}`;
  const fields = { src, dst: '198.51.100.1', sport: 32768 + 2 * (index >> 9), dport: 443 };
  const payload = `flow ${index} `;
  return index % 2 === 0
    ? udp({ ...fields, payload, ...more })
    : tcp({ ...fields, ...more, flags: 16, payload });
}

const flows = (count: number) => Array.from({ length: count }, (_, index) => flow(index));

/** Sends into the balancer, and gives what came to each server. */
async function spread(
  context: CheckContext,
  program: Program,
  frames: readonly Frame[],
): Promise<readonly (readonly Uint8Array[])[]> {
  const before = given(await context.counters(), SERVERS);
  const isRead = (counters: Counters) => SERVERS.every((port) => counters.unread(port) === 0);
  const { captured } = await context.exchange({
    send: { [named(IN)]: frames },
    capture: SERVERS.map(named),
    until: (counters) => given(counters, SERVERS) - before >= frames.length && isRead(counters),
  });
  requireRunning(program);
  return SERVERS.map((port) => captured[named(port)] ?? []);
}

/** Counted at the balancer's ends of the pipes, because a server's end is not listed while it is closed. */
function given(counters: Counters, servers: readonly string[]): number {
  return servers.reduce((sum, port) => sum + counters.total(port.replace('}', '{'), 'tx', 'packets'), 0);
}

/** A server says that it is there, or that it is not. Resolves when the balancer has heard it. */
async function say(context: CheckContext, program: Program, server: number, isHere: boolean): Promise<void> {
  const hello = ethernet(HELLO_TYPE, Uint8Array.of(Number(isHere), 0));
  const port = TO_SERVERS[server] ?? '';
  const before = (await context.counters()).total(port, 'rx', 'packets');
  await context.exchange({
    send: { [named(SERVERS[server] ?? '')]: [hello] },
    until: (counters) => counters.total(port, 'rx', 'packets') > before && counters.unread(port) === 0,
  });
  requireRunning(program);
}

/** The server of each flow, by the number that its payload names; a flow with two servers is -1. */
function serverOfFlows(byServer: readonly (readonly Uint8Array[])[]): Map<string, number> {
  const servers = new Map<string, number>();
  for (const [server, frames] of byServer.entries())
    for (const frame of frames) {
      const name = flowName(frame);
      servers.set(name, (servers.get(name) ?? server) === server ? server : -1);
    }
  return servers;
}

function flowName(frame: Uint8Array): string {
  return /flow \d+/.exec(new TextDecoder('latin1').decode(frame))?.[0] ?? 'no flow';
}

function allCame(byServer: readonly (readonly Uint8Array[])[], expected: number): Verdict {
  const came = byServer.reduce((sum, frames) => sum + frames.length, 0);
  return came === expected
    ? passed
    : failed(`${came} of ${expected} packets came out.`, came > expected ? 'once' : 'missing');
}

async function sameFlow(context: CheckContext): Promise<Verdict> {
  const program = await startBalancer(context);
  const FEW = 200;
  const kinds: Partial<Parameters<typeof udp>[0]>[] = [
    {},
    { vlans: [{ id: 7, priority: 3 }], ttl: 3 },
    { options: new Uint8Array(12).fill(1), id: 7 },
    { padTo: 900, tos: 0x10, srcMac: '02:00:00:00:00:99', udpChecksum: 0 },
  ];
  const frames = kinds.flatMap((kind) => Array.from({ length: FEW }, (_, index) => flow(index, kind)));
  const came = await spread(context, program, frames);
  const torn = [...serverOfFlows(came)].filter(([, server]) => server < 0);
  return firstFailure(
    allCame(came, frames.length),
    torn.length === 0
      ? passed
      : failed(
          `The packets of ${torn.length} of ${FEW} flows came to more than one server, ${torn[0]?.[0]} first.`,
          'torn',
        ),
  );
}

function fairShares(counts: readonly number[], hint: string): Verdict {
  const fair = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const off = counts.map((count) => (100 * Math.abs(count - fair)) / fair);
  if (Math.max(...off) <= SHARE_PERCENT) return passed;
  return failed(
    `The servers have ${counts.join(', ')} flows: ${Math.max(...off).toFixed(0)} % off an even share.`,
    hint,
  );
}

async function share(context: CheckContext): Promise<Verdict> {
  const program = await startBalancer(context);
  const came = await spread(context, program, flows(FLOWS));
  return firstFailure(
    allCame(came, FLOWS),
    fairShares(
      came.map(({ length }) => length),
      'uneven',
    ),
  );
}

/** Not all of them: a table has a slot for each, and what matters is who has moved. */
const WATCHED = 4000;
const DEAD = 1;

async function flowsStay(context: CheckContext): Promise<Verdict> {
  const program = await startBalancer(context);
  const before = serverOfFlows(await spread(context, program, flows(WATCHED)));
  await say(context, program, DEAD, false);
  const came = await spread(context, program, flows(WATCHED));
  const after = serverOfFlows(came);
  const orphans = [...before].filter(([, server]) => server === DEAD).length;
  const moved = [...before].filter(([name, server]) => server !== DEAD && after.get(name) !== server).length;
  const toDead = came[DEAD]?.length ?? 0;
  if (toDead > 0)
    return failed(`${toDead} packets were still given to server ${DEAD + 1}, which is gone.`, 'to-the-dead');
  const complete = allCame(came, WATCHED);
  if (!complete.passed) return complete;
  if (moved > 0)
    return failed(
      `Server ${DEAD + 1} had ${orphans} of ${WATCHED} flows. Of the others' flows, ${moved} have another server now, too.`,
      'moved',
    );
  return passed;
}

async function shareAfter(context: CheckContext): Promise<Verdict> {
  const program = await startBalancer(context);
  await say(context, program, DEAD, false);
  const came = await spread(context, program, flows(FLOWS));
  const living = came.filter((_, server) => server !== DEAD).map(({ length }) => length);
  return firstFailure(allCame(came, FLOWS), fairShares(living, 'heir'));
}

async function comesBack(context: CheckContext): Promise<Verdict> {
  const program = await startBalancer(context);
  const before = serverOfFlows(await spread(context, program, flows(WATCHED)));
  for (const server of [3, 0]) await say(context, program, server, false);
  for (const server of [0, 3]) await say(context, program, server, true);
  const came = await spread(context, program, flows(WATCHED));
  const after = serverOfFlows(came);
  const moved = [...before].filter(([name, server]) => after.get(name) !== server).length;
  return firstFailure(
    allCame(came, WATCHED),
    moved === 0
      ? passed
      : failed(
          `Servers 1 and 4 went and came back, and ${moved} of ${WATCHED} flows are not where they were.`,
          'not-back',
        ),
  );
}

async function fragments(context: CheckContext): Promise<Verdict> {
  const program = await startBalancer(context);
  const whole = Array.from({ length: 60 }, (_, index) =>
    udp({ src: `10.0.9.${index}`, sport: 5000 + index, dport: 53, id: index, payload: 'x'.repeat(1400) }),
  );
  const parts = whole.flatMap((packet) => fragmentPacket(packet, 576));
  const came = await spread(context, program, parts);
  const servers = new Map<number, Set<number>>();
  for (const [server, frames] of came.entries())
    for (const frame of frames)
      servers.set(frame[29] ?? -1, (servers.get(frame[29] ?? -1) ?? new Set()).add(server));
  const torn = [...servers.values()].filter(({ size }) => size > 1).length;
  return firstFailure(
    allCame(came, parts.length),
    torn === 0
      ? passed
      : failed(`The fragments of ${torn} of ${whole.length} packets came to different servers.`, 'fragments'),
  );
}

async function anything(context: CheckContext): Promise<Verdict> {
  const program = await startBalancer(context);
  const good = udp({ dport: 53, padTo: 60 });
  const frames: Frame[] = [
    arp({ padTo: 60 }),
    udp6({ dport: 53 }),
    ethernet(0x1234, new Uint8Array(50)),
    udp({ dport: 53, totalLength: 1400 }),
    udp({ dport: 53, headerWords: 15 }),
    udp({ dport: 53, version: 6 }),
    ...Array.from({ length: 59 }, (_, index) => cut(good, index + 1)),
  ];
  const came = (await spread(context, program, frames)).flat();
  const expected = frames.map((frame) => toHex(frameBytes(frame))).sort();
  const actual = came.map(toHex).sort();
  if (came.length !== frames.length)
    return failed(`${came.length} of ${frames.length} frames came out.`, 'anything');
  return expected.every((hex, index) => hex === actual[index])
    ? passed
    : failed('All frames came out, but not as they were sent.', 'anything');
}

/** As many as a pipe holds: then it is full, and nobody has had to wait yet. */
const PIPE_SLOTS = 1023;
const BEHIND = 900;

async function oneStalls(context: CheckContext): Promise<Verdict> {
  const program = await startBalancer(context);
  const serverOf = serverOfFlows(await spread(context, program, flows(BEHIND)));
  const isForDead = (frame: Frame) => serverOf.get(flowName(frameBytes(frame))) === DEAD;
  const forDead = flows(BEHIND).filter(isForDead);
  const dead = [SERVERS[DEAD] ?? ''];
  const before = given(await context.counters(), dead);
  await context.exchange({
    send: {
      [named(IN)]: Array.from({ length: PIPE_SLOTS }, (_, at) => forDead[at % forDead.length]).filter(
        isFrame,
      ),
    },
    until: (counters) => given(counters, dead) - before >= PIPE_SLOTS,
  });
  return await othersGetTheirs(context, program, BEHIND - forDead.length);
}

const isFrame = (frame: Frame | undefined): frame is Frame => frame !== undefined;

async function othersGetTheirs(context: CheckContext, program: Program, expected: number): Promise<Verdict> {
  const others = SERVERS.filter((_, server) => server !== DEAD);
  const before = given(await context.counters(), others);
  // Fewer than a pipe holds, so that none is lost before somebody reads.
  await sendInBackground(context, named(IN), flows(BEHIND));
  const { captured } = await context.exchange({
    capture: others.map(named),
    until: (counters) => given(counters, others) - before >= expected,
  });
  requireRunning(program);
  const came = Object.values(captured).flat().length;
  if (came === expected) return passed;
  return failed(
    `The pipe to server ${DEAD + 1} is full. Of ${expected} packets for the others, ${came} came to them.`,
    'one-stalls',
  );
}

const MOST_MOVED = 0.01;

async function staysWhereItBegan(context: CheckContext): Promise<Verdict> {
  const program = await startBalancer(context);
  await say(context, program, DEAD, false);
  const before = serverOfFlows(await spread(context, program, flows(WATCHED)));
  await say(context, program, DEAD, true);
  const came = await spread(context, program, flows(2 * WATCHED));
  const after = serverOfFlows(came);
  const moved = [...before].filter(([name, server]) => after.get(name) !== server).length;
  const fresh = [...after].filter(([name, server]) => !before.has(name) && server === DEAD).length;
  if (moved > MOST_MOVED * WATCHED)
    return failed(
      `Server ${DEAD + 1} came back, and ${moved} of ${WATCHED} flows that had begun elsewhere have another server now.`,
      'torn-by-return',
    );
  if (fresh === 0) return failed(`Of ${WATCHED} new flows, server ${DEAD + 1} got none.`, 'new-flows');
  return allCame(came, 2 * WATCHED);
}

export default defineChecks([
  {
    id: 'same-flow',
    title: 'Keeps each flow together',
    sent: '200 flows of TCP and UDP, plain, with a VLAN tag, with IP options, and with other lengths.',
    expected: 'All packets of a flow come to the same server.',
    run: sameFlow,
  },
  {
    id: 'share',
    title: 'Gives each server its share',
    sent: `${FLOWS} flows of neighboring addresses and ports.`,
    expected: `No server is more than ${SHARE_PERCENT} % off an even share.`,
    after: ['same-flow'],
    run: share,
  },
  {
    id: 'flows-stay',
    title: 'Moves only the flows of a server that dies',
    sent: `${WATCHED} flows; then server ${DEAD + 1} is gone, and the same flows go on.`,
    expected: `The flows of the other servers stay where they are; nothing goes to server ${DEAD + 1}.`,
    after: ['share'],
    run: flowsStay,
  },
  {
    id: 'share-after',
    title: 'Shares out what a dead server leaves',
    sent: `${FLOWS} flows, while server ${DEAD + 1} is gone.`,
    expected: `No server that is left is more than ${SHARE_PERCENT} % off an even share.`,
    after: ['flows-stay'],
    run: shareAfter,
  },
  {
    id: 'comes-back',
    title: 'Is as before when a server is back',
    sent: `${WATCHED} flows before two servers go, and after they have come back. Nothing is sent meanwhile.`,
    expected: 'Every flow is where it was.',
    after: ['flows-stay'],
    run: comesBack,
  },
  {
    id: 'fragments',
    title: 'Keeps the fragments of a packet together',
    sent: '60 packets of UDP, each in three fragments.',
    expected: 'All fragments of a packet come to the same server.',
    after: ['same-flow'],
    run: fragments,
  },
  {
    id: 'anything',
    title: 'Has a server for everything',
    sent: 'ARP, IPv6, lengths that contradict each other, and a frame cut at every byte.',
    expected: 'Everything comes out once, as it was sent.',
    after: ['same-flow'],
    run: anything,
  },
  {
    id: 'one-stalls',
    title: 'Waits for nobody',
    sent: `${BEHIND} packets, while server ${DEAD + 1} reads nothing and its pipe is full.`,
    expected: 'The other servers get all of theirs.',
    after: ['same-flow'],
    run: oneStalls,
  },
  {
    id: 'stays',
    title: 'Leaves flows where they began',
    sent: `${WATCHED} flows that begin while server ${DEAD + 1} is gone, and go on when it is back, with as many new ones.`,
    expected: 'They keep their servers, but for one in a hundred; the new ones are shared among all.',
    run: staysWhereItBegan,
  },
]);
