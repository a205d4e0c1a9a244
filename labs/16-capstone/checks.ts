// SPDX-License-Identifier: BSD-2-Clause
import {
  type Busiest,
  buildReference,
  busiestPort,
  type CheckContext,
  type Counters,
  compareFrames,
  defineChecks,
  type Frame,
  type FrameHints,
  failed,
  firstFailure,
  frameBytes,
  lastWords,
  type Program,
  packets,
  passed,
  passedWith,
  requireRunning,
  sendInBackground,
  untilFull,
  type Verdict,
} from '@ringlab/labkit';

const { arp, cut, fragmentPacket, tcp, udp, udp6 } = packets;

const named = (port: string) => (port.startsWith('vale') ? port : `netmap:${port}`);

const ROUTER = '02:00:00:00:00:fe';
const HOST = '02:00:00:00:00:01';
const CONTAINER = '02:00:00:00:00:02';
const SINK = '02:00:00:00:00:51';
const SCORE = '02:00:00:00:00:5c';
const OTHER = '02:00:00:00:00:99';
const SENDER = '02:00:00:00:00:aa';

const HINTS: FrameHints = {
  missing: 'missing',
  extra: 'once',
  changed: 'routed',
  twice: 'once',
  order: 'order',
};

// ---- what is sent to a worker ----

type Made = ReturnType<typeof udp>;
type Fields = Partial<Parameters<typeof udp>[0]>;

const COMMON = { src: '10.77.0.1', dport: 9, padTo: 60, ttl: 64 };

/** As a sender on the router's network makes it. */
function toRouter(fields: Fields, make: typeof udp | typeof tcp = udp): Made {
  return make({ ...COMMON, srcMac: SENDER, dstMac: ROUTER, ...fields });
}

/** The same as it leaves the router. */
function fromRouter(fields: Fields, dstMac: string, make: typeof udp | typeof tcp = udp): Made {
  const all = { ...COMMON, ...fields };
  return make({ ...all, srcMac: ROUTER, dstMac, ttl: all.ttl - 1 });
}

/** Addresses at both ends of each prefix of routes.h, and beside. */
const NEXT_HOPS: Readonly<Record<string, string>> = {
  '10.1.0.0': SINK,
  '10.1.127.255': SINK,
  '10.1.128.0': OTHER,
  '10.1.199.255': OTHER,
  '10.1.200.0': SINK,
  '10.1.200.6': SINK,
  '10.1.200.7': SCORE,
  '10.1.200.8': SINK,
  '10.1.207.255': SINK,
  '10.1.208.0': OTHER,
  '10.1.255.255': OTHER,
  '10.2.0.0': SCORE,
  '10.2.255.255': SCORE,
  '10.3.0.1': OTHER,
  '10.0.0.0': OTHER,
  '10.127.255.255': OTHER,
  '198.51.100.0': OTHER,
  '198.51.100.255': OTHER,
  '203.0.113.1': HOST,
  '203.0.113.2': CONTAINER,
};
const NO_ROUTE = ['10.128.0.0', '9.255.255.255', '11.0.0.0', '198.51.101.0', '198.51.99.255', '203.0.113.3'];

interface Case {
  readonly sent: Frame;
  readonly routed: Frame;
}

function routedCase(fields: Fields, dstMac: string, make?: typeof udp | typeof tcp): Case {
  return { sent: toRouter(fields, make), routed: fromRouter(fields, dstMac, make) };
}

const BY_PREFIX = Object.entries(NEXT_HOPS).map(([dst, mac], id) => routedCase({ dst, id }, mac));

/** Checksums from where a sum carries, downward: each id more is one less. */
const FIRST_ID = new DataView(frameBytes(toRouter({ dst: '10.2.0.1', id: 0 })).buffer).getUint16(24);
const BY_CHECKSUM = Array.from({ length: 300 }, (_, index) =>
  routedCase({ dst: '10.2.0.1', id: (FIRST_ID + index) % 0xffff }, SCORE),
);

function fragmentCases(): Case[] {
  const fields = { dst: '10.1.0.9', id: 99, flags: 0, payload: 'x'.repeat(1400) };
  const sent = fragmentPacket(toRouter(fields), 576);
  const routed = fragmentPacket(fromRouter(fields, SINK), 576);
  return sent.flatMap((frame, index) => {
    const other = routed[index];
    return other === undefined ? [] : [{ sent: frame, routed: other }];
  });
}

const UNUSUAL: readonly Case[] = [
  routedCase({ dst: '10.2.0.1', options: new Uint8Array(12).fill(1) }, SCORE),
  routedCase({ dst: '10.2.0.1', options: new Uint8Array(40).fill(1), padTo: 1000 }, SCORE),
  routedCase({ dst: '10.1.0.1', payload: 'long', padTo: 1514, tos: 0xb8 }, SINK),
  routedCase({ dst: '198.51.100.7', ttl: 255 }, OTHER),
  routedCase({ dst: '10.3.0.1', ttl: 2 }, OTHER),
  routedCase({ dst: '10.1.0.1' }, SINK, tcp),
  ...fragmentCases(),
];

const good = toRouter({ dst: '10.2.0.1', payload: 'the last one' });
const goodRouted = fromRouter({ dst: '10.2.0.1', payload: 'the last one' }, SCORE);

/** What is no sound packet, or none for the router. */
const MALFORMED: readonly Frame[] = [
  toRouter({ dst: '10.2.0.1', dstMac: OTHER }),
  toRouter({ dst: '10.2.0.1', dstMac: 'ff:ff:ff:ff:ff:ff' }),
  toRouter({ dst: '10.2.0.1', checksum: 0x1234 }),
  toRouter({ dst: '10.2.0.1', version: 6 }),
  toRouter({ dst: '10.2.0.1', headerWords: 4 }),
  toRouter({ dst: '10.2.0.1', headerWords: 15 }),
  toRouter({ dst: '10.2.0.1', totalLength: 1400 }),
  toRouter({ dst: '10.2.0.1', totalLength: 12 }),
  toRouter({ dst: '10.2.0.1', vlans: [{ id: 7, priority: 3 }] }),
  arp({ padTo: 60 }),
  udp6({ dport: 53, payload: 'IPv6' }),
  ...Array.from({ length: 20 }, (_, index) => cut(good, 14 + index)),
];
const LAST_HOP = [toRouter({ dst: '10.2.0.1', ttl: 1 }), toRouter({ dst: '10.2.0.1', ttl: 0 })];

// ---- a worker alone ----

const WORKER = 'w}1';
const PEER = 'w{1';

/** What a worker gives back of these frames; the last one is a good one. */
async function throughWorker(
  context: CheckContext,
  frames: readonly Frame[],
): Promise<readonly Uint8Array[]> {
  const program = await context.startWithPorts(['./route', '-i', named(WORKER)], [WORKER]);
  const { captured } = await context.exchange({
    send: { [named(PEER)]: frames },
    capture: [named(PEER)],
    until: (now) => now.total(WORKER, 'rx', 'packets') >= frames.length && isTaken(now),
  });
  requireRunning(program);
  return captured[named(PEER)] ?? [];
}

const isTaken = (now: Counters) => now.unread(WORKER) === 0 && now.total(PEER, 'rx', 'packets') > 0;

async function judgeCases(
  context: CheckContext,
  cases: readonly Case[],
  hints: FrameHints,
): Promise<Verdict> {
  const came = await throughWorker(
    context,
    cases.map(({ sent }) => sent),
  );
  return compareFrames(
    cases.map(({ routed }) => frameBytes(routed)),
    came,
    hints,
  );
}

/** Address by address, so that the route can be named. */
async function findsRoutes(context: CheckContext): Promise<Verdict> {
  const came = await throughWorker(context, [
    ...NO_ROUTE.map((dst) => toRouter({ dst })),
    ...BY_PREFIX.map(({ sent }) => sent),
  ]);
  const text = (frame: Uint8Array, at: number, length: number) => [...frame.slice(at, at + length)];
  const hops = new Map(came.map((frame) => [text(frame, 30, 4).join('.'), macText(text(frame, 0, 6))]));
  for (const [address, mac] of Object.entries(NEXT_HOPS)) {
    const hop = hops.get(address);
    if (hop === undefined) return failed(`The packet to ${address} did not come back.`, 'missing');
    if (hop !== mac) return failed(`The packet to ${address} went to ${hop}, and not to ${mac}.`, 'longest');
  }
  const strays = NO_ROUTE.filter((address) => hops.has(address));
  return strays.length === 0
    ? passed
    : failed(`There is no route to ${strays[0]}, and the packet came back.`, 'longest');
}

const macText = (bytes: readonly number[]) =>
  bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');

async function rewrites(context: CheckContext): Promise<Verdict> {
  const hints = { ...HINTS, changed: 'checksum' };
  return await judgeCases(context, [...BY_PREFIX, ...BY_CHECKSUM], hints);
}

async function takesUnusual(context: CheckContext): Promise<Verdict> {
  return await judgeCases(context, UNUSUAL, { ...HINTS, missing: 'options', changed: 'options' });
}

async function dropsMalformed(context: CheckContext): Promise<Verdict> {
  const came = await throughWorker(context, [...MALFORMED, good]);
  return compareFrames([frameBytes(goodRouted)], came, {
    ...HINTS,
    extra: 'malformed',
    changed: 'malformed',
  });
}

async function dropsLastHop(context: CheckContext): Promise<Verdict> {
  const came = await throughWorker(context, [...LAST_HOP, good]);
  return compareFrames([frameBytes(goodRouted)], came, { ...HINTS, extra: 'last-hop', changed: 'last-hop' });
}

// ---- the front end ----

/** A graph on ports of its own: pipes of one name, and a switch or another pipe at the end. */
interface Graph {
  readonly pipes: string;
  readonly out: string;
}

const FLOWS = 16;
const pipe = ({ pipes }: Graph, end: '{' | '}', number: number) => `${pipes}${end}${number}`;
const workersOf = (graph: Graph) => [3, 4].map((number) => pipe(graph, '}', number));
const toWorkers = (graph: Graph) => [3, 4].map((number) => pipe(graph, '{', number));

async function startFront(context: CheckContext, graph: Graph, binary = './front'): Promise<Program> {
  const workers = toWorkers(graph).flatMap((port) => ['-w', named(port)]);
  return await context.startWithPorts(
    [binary, '-i', named(pipe(graph, '}', 1)), '-o', named(graph.out), ...workers],
    [pipe(graph, '}', 1), graph.out, ...toWorkers(graph)],
  );
}

async function startGraph(context: CheckContext, graph: Graph, folder = '.'): Promise<Program[]> {
  const front = await startFront(context, graph, `${folder}/front`);
  const routers = workersOf(graph).map((port) =>
    context.startWithPorts([`${folder}/route`, '-i', named(port)], [port]),
  );
  return [front, ...(await Promise.all(routers))];
}

const flowPacket = (flow: number, index: number) =>
  toRouter({
    dst: '10.2.0.1',
    src: `10.77.0.${1 + flow}`,
    sport: 1000 + flow,
    id: index,
    payload: `flow ${flow} `,
  });

const flowOf = (frame: Uint8Array) =>
  Number(/flow (\d+)/.exec(new TextDecoder('latin1').decode(frame))?.[1] ?? Number.NaN);

async function handsOut(context: CheckContext): Promise<Verdict> {
  const graph = { pipes: 'f', out: 'vale2:out' };
  const program = await startFront(context, graph);
  const frames = Array.from({ length: 20 * FLOWS }, (_, at) => {
    const round = Math.floor(at / FLOWS);
    return flowPacket((at + round) % FLOWS, round);
  });
  const came = (now: Counters) =>
    workersOf(graph).reduce((sum, port) => sum + now.total(port, 'rx', 'packets'), 0);
  const { captured } = await context.exchange({
    send: { [named(pipe(graph, '{', 1))]: frames },
    capture: workersOf(graph).map(named),
    until: (now) => came(now) >= frames.length,
  });
  requireRunning(program);
  const byWorker = workersOf(graph).map((port) => captured[named(port)] ?? []);
  return judgeFlows(frames.map(frameBytes), byWorker);
}

function judgeFlows(sent: readonly Uint8Array[], byWorker: readonly (readonly Uint8Array[])[]): Verdict {
  const total = byWorker.flat().length;
  if (total < sent.length)
    return failed(`${total} of ${sent.length} packets came to the workers.`, 'hand-out');
  const hints = { ...HINTS, missing: 'hand-out', changed: 'hand-out' };
  for (let flow = 0; flow < FLOWS; flow++) {
    const parts = byWorker.map((frames) => frames.filter((frame) => flowOf(frame) === flow));
    if (parts.every(({ length }) => length > 0))
      return failed(`Packets of flow ${flow} came to both workers.`, 'flow');
    const verdict = compareFrames(
      sent.filter((frame) => flowOf(frame) === flow),
      parts.flat(),
      hints,
    );
    if (!verdict.passed) return verdict;
  }
  const idle = byWorker.findIndex(({ length }) => length === 0);
  return idle < 0 ? passed : failed(`Of ${FLOWS} flows, worker ${idle + 1} got none.`, 'flow');
}

/** What is on the switch sends to the router as well. */
async function takesFromSwitch(context: CheckContext): Promise<Verdict> {
  const graph = { pipes: 'f', out: 'vale2:out' };
  const program = await startFront(context, graph);
  const frames = Array.from({ length: 10 * FLOWS }, (_, at) =>
    flowPacket(at % FLOWS, Math.floor(at / FLOWS)),
  );
  const came = (now: Counters) =>
    workersOf(graph).reduce((sum, port) => sum + now.total(port, 'rx', 'packets'), 0);
  const { captured } = await context.exchange({
    send: { 'vale2:peer': frames },
    capture: workersOf(graph).map(named),
    until: (now) => came(now) >= frames.length,
  });
  requireRunning(program);
  const hints = { ...HINTS, missing: 'from-switch', changed: 'regions', twice: 'regions' };
  const byFlow = (all: readonly Uint8Array[]) => all.toSorted((a, b) => flowOf(a) - flowOf(b));
  return compareFrames(
    byFlow(frames.map(frameBytes)),
    byFlow(workersOf(graph).flatMap((port) => captured[named(port)] ?? [])),
    hints,
  );
}

const EACH = 300;

/** The workers are played here; what they give back crosses from one memory region to another. */
async function collects(context: CheckContext): Promise<Verdict> {
  const graph = { pipes: 'f', out: 'vale2:out' };
  const program = await startFront(context, graph);
  const frames = [0, 1].map((worker) =>
    Array.from({ length: EACH }, (_, index) =>
      udp({ sport: worker + 1, dport: 8000, id: index, payload: `${worker} ${index}`, padTo: 60 + index }),
    ),
  );
  let sent = false;
  const { captured } = await context.exchange({
    capture: ['vale2:peer'],
    until: (now) => {
      if (!sent && now.isOpen('vale2:peer')) {
        sent = true;
        for (const [worker, port] of workersOf(graph).entries())
          void sendInBackground(context, named(port), frames[worker] ?? []);
      }
      return now.total('vale2:peer', 'rx', 'packets') >= 2 * EACH;
    },
  });
  requireRunning(program);
  const came = captured['vale2:peer'] ?? [];
  const out = await context.counters();
  // What left and did not come was something else than the workers gave: another region's buffers.
  const ours = came.filter((frame) => frame[35] === 1 || frame[35] === 2).length;
  const missing = out.total(graph.out, 'tx', 'packets') > ours ? 'regions' : 'collect';
  const hints = { ...HINTS, missing, changed: 'regions', twice: 'regions' };
  return firstFailure(
    ...frames.map((each, worker) =>
      compareFrames(
        each.map(frameBytes),
        came.filter((frame) => frame[35] === worker + 1),
        hints,
      ),
    ),
  );
}

// ---- the whole graph ----

const FLOOD_FRAMES = 7000;
const FEW_SYNCS = 200;
const FLOOD = Array.from({ length: FLOOD_FRAMES }, (_, index) => ({
  dst: '10.2.0.1',
  sport: index % 10 === 9 ? 1001 : 1000,
  id: index,
  payload: `${index}`,
}));

/** Sends until nothing moves any more, because nobody reads what comes out. */
async function losesNothing(context: CheckContext): Promise<Verdict> {
  const graph = { pipes: 'g', out: 'g{2' };
  const programs = await startGraph(context, graph);
  const sender = await sendInBackground(
    context,
    named('g{1'),
    FLOOD.map((fields) => toRouter(fields)),
  );
  await untilFull(context, sender, (now) => now.room(graph.out) === 0 && now.room('g{1') === 0);
  const ports = ['g}1', 'g{2', ...toWorkers(graph), ...workersOf(graph)];
  const busiest = await busiestPort(context, ports, FEW_SYNCS);
  const { captured } = await context.exchange({
    capture: [named('g}2')],
    until: (now) => sender.ended !== undefined && now.total('g}2', 'rx', 'packets') >= FLOOD_FRAMES,
  });
  for (const program of programs) requireRunning(program);
  return firstFailure(
    judgeFlood(captured[named('g}2')] ?? [], await context.counters(), ports),
    judgeSleep(busiest),
  );
}

function judgeFlood(came: readonly Uint8Array[], now: Counters, ports: readonly string[]): Verdict {
  const waiting = ports.filter((port) => now.unread(port) > 0);
  if (came.length < FLOOD_FRAMES && waiting.length > 0)
    return failed(
      `After ${came.length} packets nothing moved any more, though there was room at the end. Packets wait at ${waiting.join(', ')}.`,
      'stuck',
    );
  const expected = FLOOD.map((fields) => frameBytes(fromRouter(fields, SCORE)));
  const of = (frames: readonly Uint8Array[], port: number) =>
    frames.filter((frame) => frame[35] === (port & 0xff));
  const hints = { ...HINTS, missing: 'lost' };
  return firstFailure(
    ...[1000, 1001].map((port) => compareFrames(of(expected, port), of(came, port), hints)),
  );
}

function judgeSleep({ port, syncs }: Busiest): Verdict {
  if (syncs <= FEW_SYNCS) return passed;
  return failed(`While all pipes were full, ${port} was synchronized ${syncs} times a second.`, 'sleep');
}

// ---- the score ----

interface Score {
  readonly right: number;
  readonly mpps: number;
  readonly lost: number;
  readonly medianUs: number;
}

const WORST: Score = { right: 0, mpps: 0, lost: 100, medianUs: 1e9 };

/** What ./score says of a graph; the worst when it says nothing. */
async function scoreOf(context: CheckContext, { pipes, out }: Graph, seconds: number): Promise<Score> {
  const into = named(`${pipes}{1`);
  const from = out.replace(/:.*/, ':score');
  const program = await context.start(['./score', '-i', into, '-o', from, '-t', `${seconds}`]);
  await program.exit;
  const line = /([\d.]+) % right, ([\d.]+) Mpps, ([\d.]+) % lost, (\d+) us/;
  const numbers = program.matches(line).at(-1)?.slice(1).map(Number);
  if (numbers === undefined) return WORST;
  const [right = 0, mpps = 0, lost = 100, medianUs = 0] = numbers;
  return { right, mpps, lost, medianUs: mpps > 0 ? medianUs : WORST.medianUs };
}

/** A round on a busy machine may be slow; but what was wrong in one is wrong. */
const better = (a: Score, b: Score): Score => ({
  right: a.mpps > 0 && b.mpps > 0 ? Math.min(a.right, b.right) : Math.max(a.right, b.right),
  mpps: Math.max(a.mpps, b.mpps),
  lost: Math.min(a.lost, b.lost),
  medianUs: Math.min(a.medianUs, b.medianUs),
});

/** On a busy machine one round says little: the best of several counts, of either. */
const MOST_ROUNDS = 5;
const ROUND_SECONDS = 0.4;
const LEAST_RATE = 0.4;
const MOST_LOST_PERCENT = 1;
const MOST_LATENCY = 6;

async function scores(context: CheckContext): Promise<Verdict> {
  const reference = await buildReference(context, import.meta.url);
  const [mine, theirs] = [
    { pipes: 'm', out: 'vale3:out' },
    { pipes: 'r', out: 'vale4:out' },
  ];
  const programs = await startGraph(context, mine);
  await startGraph(context, theirs, reference);
  let [own, other] = [WORST, WORST];
  let verdict: Verdict = passed;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    other = better(other, await scoreOf(context, theirs, ROUND_SECONDS));
    own = better(own, await scoreOf(context, mine, ROUND_SECONDS));
    for (const program of programs) requireRunning(program);
    verdict = judgeScore(own, other);
    if (verdict.passed) return verdict;
  }
  return verdict;
}

/** Each number beside the reference's, if there is one. */
function figures(own: Score, other?: Score) {
  const of = (name: string, text: (score: Score) => string) => ({
    name,
    value: text(own),
    ...(other && { beside: `reference ${text(other)}` }),
  });
  return [
    of('right', ({ right }) => `${right.toFixed(1)} %`),
    of('rate', ({ mpps }) => `${mpps.toFixed(3)} Mpps`),
    of('lost', ({ lost }) => `${lost.toFixed(2)} %`),
    of('latency', ({ medianUs }) => `${medianUs} µs`),
  ];
}

function judgeScore(own: Score, other: Score): Verdict {
  const measured = figures(own, other);
  const words = `${own.right.toFixed(1)} % right, ${own.mpps.toFixed(3)} Mpps, ${own.lost.toFixed(2)} % lost, median ${own.medianUs} µs; the reference here and now: ${other.mpps.toFixed(3)} Mpps, ${other.lost.toFixed(2)} % lost, median ${other.medianUs} µs`;
  const [rate, latency] = [own.mpps / other.mpps, own.medianUs / Math.max(1, other.medianUs)];
  if (own.right < 100) return failed(`${words}.`, 'right', { measured });
  if (own.lost > other.lost + MOST_LOST_PERCENT) return failed(`${words}.`, 'lost', { measured });
  if (!(rate >= LEAST_RATE))
    return failed(`${words}: ${rate.toFixed(2)} times its rate.`, 'slow', { measured });
  if (!(latency <= MOST_LATENCY))
    return failed(`${words}: ${latency.toFixed(1)} times its latency.`, 'slow', { measured });
  return passedWith(
    `${words}. That is ${rate.toFixed(2)} times its rate and ${latency.toFixed(2)} times its latency.`,
    measured,
  );
}

// ---- two stacks ----

const PINGS = 5;
const PINGED_MS = 20_000;

interface Pinged {
  readonly from: string;
  readonly timesMs: readonly number[];
}

/** The device and its stack are on a switch as in a run; each of the two stacks knows the other behind the router, and pings it. */
async function pingStacks(context: CheckContext, bridge: string): Promise<readonly Pinged[]> {
  const host = await context.start(['sh', 'host.sh', bridge]);
  await context.until((now) => now.isOpen('veth0') || host.ended !== undefined);
  if (host.ended !== undefined) throw new Error(`veth0 is not on ${bridge}.${lastWords(host)}`);
  const container = await context.start(['sh', 'container.sh'], 'container');
  const timesMs = (ping: Program) =>
    ping.matches(/icmp_seq=.* time=([\d.]+) ms/).map(([, time]) => Number(time));
  const all = () => [
    { from: 'host', timesMs: timesMs(host) },
    { from: 'container', timesMs: timesMs(container) },
  ];
  await context.until(() => all().every((each) => each.timesMs.length >= PINGS), PINGED_MS);
  const pinged = all();
  await container.stop();
  await host.stop();
  return pinged;
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function judgePings(pinged: readonly Pinged[], routed: number): Verdict {
  const silent = pinged.find(({ timesMs }) => timesMs.length < PINGS);
  if (silent !== undefined)
    return failed(`The ${silent.from} pinged, and had ${silent.timesMs.length} answers.`, 'stacks');
  // A question and an answer each, both ways, of which the counters may not know the last ones yet.
  if (routed < 2 * PINGS)
    return failed(`All pings were answered, but only ${routed} packets came to your workers.`, 'stacks');
  const measured = pinged.map(({ from, timesMs }) => ({
    name: `ping from the ${from}`,
    value: `${median(timesMs).toFixed(2)} ms`,
  }));
  return passedWith('Both stacks had answers to their pings.', measured);
}

async function stacksTalk(context: CheckContext): Promise<Verdict> {
  const graph = { pipes: 's', out: 'vale5:out' };
  const programs = await startGraph(context, graph);
  const pinged = await pingStacks(context, 'vale5');
  for (const program of programs) requireRunning(program);
  const now = await context.counters();
  const routed = workersOf(graph).reduce((sum, port) => sum + now.total(port, 'tx', 'packets'), 0);
  return judgePings(pinged, routed);
}

// ---- a worker that is gone ----

/** Of each flow so many that half of the flows are more than a pipe holds. */
const EACH_FLOW = 250;
const OF_ALL_FLOWS = Array.from({ length: EACH_FLOW * FLOWS }, (_, at) =>
  flowPacket(at % FLOWS, Math.floor(at / FLOWS)),
);
/** Longer than a front end waits for a worker before it gives it up. */
const PATIENCE_MS = 5000;

async function outlives(context: CheckContext): Promise<Verdict> {
  const graph = { pipes: 'o', out: 'o{2' };
  const [front, ...routers] = await startGraph(context, graph);
  const [gone] = toWorkers(graph);
  await routers[0]?.stop();
  const sender = await sendInBackground(context, named('o{1'), OF_ALL_FLOWS);
  // What the dead worker's pipe holds is lost, and nothing else.
  const lost = (now: Counters) => now.total(gone ?? '', 'tx', 'packets');
  const { captured, settled } = await context.exchange({
    capture: [named('o}2')],
    until: (now) =>
      sender.ended !== undefined && now.total('o}2', 'rx', 'packets') + lost(now) >= OF_ALL_FLOWS.length,
    quietMs: PATIENCE_MS,
  });
  if (front !== undefined) requireRunning(front);
  const came = captured[named('o}2')] ?? [];
  const now = await context.counters();
  if (!settled)
    return failed(
      `A worker ended. Of ${OF_ALL_FLOWS.length} packets, ${lost(now)} went to it and ${came.length} came out; then nothing moved any more.`,
      'outlives',
    );
  return judgeOutlived(came);
}

/** The last packet of each flow came, and none overtook another one. */
function judgeOutlived(came: readonly Uint8Array[]): Verdict {
  for (let flow = 0; flow < FLOWS; flow++) {
    const ids = came.filter((frame) => flowOf(frame) === flow).map((frame) => frame[19] ?? 0);
    if (ids.at(-1) !== EACH_FLOW - 1)
      return failed(`Flow ${flow} has ended, though a worker lives that could have it.`, 'outlives');
    if (ids.some((id, index) => index > 0 && id <= (ids[index - 1] ?? 0)))
      return failed(`Packets of flow ${flow} overtook each other.`, 'order');
  }
  return passed;
}

// ---- with machines ----

/** The ports that the machines have, as lab.yaml says. */
const REAL: Graph = { pipes: 'net', out: 'vale0:out' };
const TO_SINK = 800;

async function inMachines(context: CheckContext): Promise<Verdict> {
  const sink = await context.startWithPorts(['./sink', '-i', 'vale0:vm2'], ['vale0:vm2'], { machine: 'vm2' });
  const worker = await context.startWithPorts(['./route', '-i', 'netmap:net}3'], ['net}3'], {
    machine: 'vm1',
  });
  const front = await startFront(context, REAL);
  const local = await context.startWithPorts(['./route', '-i', 'netmap:net}4'], ['net}4']);
  const before = await context.counters();
  await context.exchange({
    send: {
      'netmap:net{1': Array.from({ length: TO_SINK }, (_, index) =>
        toRouter({
          dst: '10.1.0.1',
          src: `10.77.0.${index % FLOWS}`,
          sport: 1000 + (index % FLOWS),
          id: index,
        }),
      ),
    },
    until: (now) =>
      now.total('vale0:vm2', 'rx', 'packets') - before.total('vale0:vm2', 'rx', 'packets') >= TO_SINK,
    quietMs: MACHINE_QUIET_MS,
  });
  for (const program of [sink, worker, front, local]) requireRunning(program);
  await context.until(() => arrived(sink).frames >= TO_SINK, MACHINE_QUIET_MS);
  const byMachine = (await context.counters()).total('net{3', 'rx', 'packets');
  const score = await scoreOf(context, REAL, 0.5);
  const pinged = await pingStacks(context, 'vale0');
  return judgeMachines(arrived(sink), byMachine, score, pinged);
}

/** Emulated, and a machine that sleeps wakes late. */
const MACHINE_QUIET_MS = 8000;

interface Arrived {
  readonly frames: number;
  readonly wrong: number;
}

function arrived(sink: Program): Arrived {
  const numbers =
    sink
      .matches(/^(\d+) frames, (\d+) wrong/)
      .at(-1)
      ?.slice(1)
      .map(Number) ?? [];
  return { frames: numbers[0] ?? 0, wrong: numbers[1] ?? 0 };
}

function judgeMachines(
  { frames, wrong }: Arrived,
  byMachine: number,
  score: Score,
  pinged: readonly Pinged[],
): Verdict {
  if (frames !== TO_SINK || wrong > 0)
    return failed(
      `Of ${TO_SINK} packets, ${frames} came to the sink in its machine, and ${wrong} wrong ones.`,
      'machines',
    );
  if (byMachine === 0) return failed('The worker in the machine gave nothing back.', 'machines');
  if (score.right < 100 || score.mpps === 0)
    return failed(`./score says ${score.right} % right at ${score.mpps} Mpps.`, 'machines');
  if (pinged.some(({ timesMs }) => timesMs.length < PINGS))
    return failed('The pings between the two stacks were not answered.', 'stacks');
  return passedWith(
    `All ${TO_SINK} packets came to the sink, ${byMachine} by the worker in the machine, and all pings between host and container were answered. ./score: ${score.right.toFixed(1)} % right, ${score.mpps.toFixed(3)} Mpps, ${score.lost.toFixed(2)} % lost, median ${score.medianUs} µs.`,
    [
      ...figures(score),
      ...pinged.map(({ from, timesMs }) => ({
        name: `ping from the ${from}`,
        value: `${median(timesMs).toFixed(2)} ms`,
      })),
    ],
  );
}

export default defineChecks([
  {
    id: 'finds-routes',
    title: 'Finds the longest prefix',
    sent: `Packets to ${Object.keys(NEXT_HOPS).length} addresses at the borders of all routes, and to ${NO_ROUTE.length} without a route.`,
    expected:
      'Each goes to the next hop of the longest prefix that it has; those without a route go nowhere.',
    run: findsRoutes,
  },
  {
    id: 'rewrites',
    title: 'Leaves right headers behind',
    sent: `${BY_PREFIX.length + BY_CHECKSUM.length} packets with many checksums and times to live.`,
    expected:
      'MAC addresses, time to live and checksum are as they must be after a hop, and nothing else has changed.',
    after: ['finds-routes'],
    run: rewrites,
  },
  {
    id: 'takes-unusual',
    title: 'Routes what is unusual and right',
    sent: 'IP options, fragments, TCP, 1,514 bytes, a time to live of 255 and of 2.',
    expected: 'All of them are routed.',
    after: ['rewrites'],
    run: takesUnusual,
  },
  {
    id: 'drops-malformed',
    title: 'Drops what is not sound',
    sent: 'Wrong checksums, versions and lengths, a VLAN tag, ARP, IPv6, a packet cut at every byte of its headers.',
    expected: 'Nothing of it comes back; a good packet behind them does.',
    after: ['finds-routes'],
    run: dropsMalformed,
  },
  {
    id: 'drops-last-hop',
    title: 'Drops what has lived long enough',
    sent: 'Packets with a time to live of 1 and of 0.',
    expected: 'They do not come back.',
    after: ['finds-routes'],
    run: dropsLastHop,
  },
  {
    id: 'hands-out',
    title: 'Gives each flow to one worker',
    sent: `${20 * FLOWS} packets of ${FLOWS} flows.`,
    expected: 'Each flow comes to one worker, in order, and both have flows.',
    run: handsOut,
  },
  {
    id: 'from-switch',
    title: 'Takes what the switch brings',
    sent: `${10 * FLOWS} packets by a port of the switch.`,
    expected: 'All of them come to the workers, each flow in order.',
    after: ['hands-out'],
    run: takesFromSwitch,
  },
  {
    id: 'collects',
    title: 'Collects across memory regions',
    sent: `${EACH} packets from each worker, to a switch.`,
    expected: 'They come out of the switch, unchanged, those of each worker in order.',
    run: collects,
  },
  {
    id: 'loses-nothing',
    title: 'Loses nothing, sleeps, and never gets stuck',
    sent: `${FLOOD_FRAMES} packets into the graph, with a pipe at its end from which nobody reads; then somebody does.`,
    expected: 'All programs sleep while everything is full, and in the end all packets come out.',
    after: ['rewrites', 'hands-out', 'collects'],
    run: losesNothing,
  },
  {
    id: 'scores',
    title: 'Stands beside the reference',
    sent: `./score through your graph and through the reference solution's, in turns, up to ${MOST_ROUNDS} times each.`,
    expected: `All packets are right. At least ${LEAST_RATE} times the reference's rate, at most ${MOST_LATENCY} times its latency, and no more lost than it loses and ${MOST_LOST_PERCENT} %.`,
    after: ['loses-nothing', 'takes-unusual', 'drops-malformed', 'drops-last-hop'],
    run: scores,
  },
  {
    id: 'stacks',
    title: 'Lets two stacks talk',
    sent: `The host's stack and the container's are on the switch with their device, know each other behind the router alone, and ping each other.`,
    expected: `${PINGS} pings each are answered, by way of your workers.`,
    after: ['from-switch', 'loses-nothing'],
    run: stacksTalk,
  },
  {
    id: 'in-machines',
    title: 'Runs on the whole graph',
    sent: `${TO_SINK} packets through the graph, one worker of which is in a machine, to a sink in another one; then ./score; then pings between host and container.`,
    expected:
      'All of them come to the sink, as they must be, some by the worker in the machine; all pings are answered.',
    inMachine: true,
    after: ['scores'],
    run: inMachines,
  },
  {
    id: 'outlives',
    title: 'Outlives a worker',
    sent: `A worker is ended; then ${OF_ALL_FLOWS.length} packets of ${FLOWS} flows.`,
    expected:
      'What the pipe to that worker holds is lost. Everything else comes out, the last packet of each flow as well, in order.',
    run: outlives,
  },
]);
