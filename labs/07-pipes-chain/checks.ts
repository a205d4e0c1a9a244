// SPDX-License-Identifier: BSD-2-Clause
import {
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
  type Program,
  packets,
  passed,
  probeIdentity,
  requireRunning,
  sendInBackground,
  untilFull,
  type Verdict,
} from '@ringlab/labkit';

const { arp, cut, tcp, udp, udp6 } = packets;

const IN = 'net{1';
const OUT = 'net}2';
const FRONT_IN = 'net}1';
const WORKERS = ['net}3', 'net}4'] as const;
const TO_WORKERS = ['net{3', 'net{4'] as const;
const FRONT_PORTS = [FRONT_IN, 'net{2', ...TO_WORKERS];
const FEW_SYNCS = 200;

const named = (port: string) => `netmap:${port}`;

const HINTS: FrameHints = {
  missing: 'missing',
  extra: 'once',
  changed: 'changed',
  twice: 'once',
  order: 'order',
};

/** A frame, and where in it the IPv4 header and the ports begin that are to be exchanged. */
interface Case {
  readonly frame: Frame;
  readonly ip?: number;
  readonly ports?: number;
}

const CASES: readonly Case[] = [
  ...Array.from({ length: 50 }, (_, index) => ({
    frame: udp({ sport: 1000 + index, dport: 8000, payload: `packet ${index}`, padTo: 60 + index * 29 }),
    ip: 14,
    ports: 34,
  })),
  { frame: tcp({ sport: 4000, dport: 80, padTo: 60 }), ip: 14, ports: 34 },
  { frame: udp({ dport: 53, vlans: [{ id: 7, priority: 3 }], padTo: 64 }), ip: 18, ports: 38 },
  { frame: udp({ dport: 53, options: new Uint8Array(12).fill(1), padTo: 64 }), ip: 14, ports: 46 },
  { frame: udp({ dport: 53, fragmentOffset: 4, payload: 'no ports are here', padTo: 64 }), ip: 14 },
  { frame: arp({ padTo: 60 }) },
  { frame: udp6({ dport: 53, payload: 'IPv6' }) },
  { frame: udp({ dport: 53, totalLength: 1400, padTo: 60 }) },
  { frame: udp({ dport: 53, headerWords: 15 }) },
  ...Array.from({ length: 20 }, (_, index) => ({ frame: cut(udp({ dport: 53 }), 14 + index) })),
];

function turned({ frame, ip, ports }: Case): Uint8Array {
  const bytes = frameBytes(frame).slice();
  const exchange = (at: number, length: number) => {
    const first = bytes.slice(at, at + length);
    bytes.copyWithin(at, at + length, at + 2 * length);
    bytes.set(first, at + length);
  };
  exchange(0, 6);
  if (ip !== undefined) exchange(ip + 12, 4);
  if (ports !== undefined) exchange(ports, 2);
  return bytes;
}

async function turnsRound(context: CheckContext): Promise<Verdict> {
  const [port, peer] = [WORKERS[0], TO_WORKERS[0]];
  const program = await context.startWithPorts(['./swap', '-i', named(port)], [port]);
  const expected = CASES.map(turned);
  const { captured } = await context.exchange({
    send: { [named(peer)]: CASES.map(({ frame }) => frame) },
    capture: [named(peer)],
    until: (counters) => counters.total(peer, 'rx', 'packets') >= expected.length,
  });
  requireRunning(program);
  const hints = { ...HINTS, missing: 'turned-missing', changed: 'fields', twice: 'fields' };
  return compareFrames(expected, captured[named(peer)] ?? [], hints);
}

async function startFront(context: CheckContext): Promise<Program> {
  const workers = TO_WORKERS.flatMap((port) => ['-w', named(port)]);
  return await context.startWithPorts(
    ['./front', '-i', named(FRONT_IN), '-o', named('net{2'), ...workers],
    FRONT_PORTS,
  );
}

/** The front end with a worker behind each of its pipes. */
async function startGraph(context: CheckContext): Promise<Program[]> {
  const front = await startFront(context);
  const workers = WORKERS.map((port) => context.startWithPorts(['./swap', '-i', named(port)], [port]));
  return [front, ...(await Promise.all(workers))];
}

const FLOWS = 16;

/** Packet `index` of a flow, and the one that answers it for every second. */
function flowPacket(flow: number, index: number): Frame {
  const [there, back] = [1000 + flow, 8000];
  const [sport, dport] = index % 2 === 0 ? [there, back] : [back, there];
  const [src, dst] = index % 2 === 0 ? ['10.0.0.1', '10.1.0.1'] : ['10.1.0.1', '10.0.0.1'];
  return udp({ src, dst, sport, dport, payload: `flow ${flow} packet ${index}`, padTo: 60 });
}

const ofFlows = (each: number) =>
  Array.from({ length: FLOWS * each }, (_, at) => {
    const round = Math.floor(at / FLOWS);
    // Each round begins with another flow, so that taking turns sends no flow to one worker by chance.
    return flowPacket((at + round) % FLOWS, round);
  });

function flowOf(frame: Uint8Array): string {
  return /flow \d+/.exec(new TextDecoder('latin1').decode(frame))?.[0] ?? 'no flow';
}

async function handsOut(context: CheckContext): Promise<Verdict> {
  const program = await startFront(context);
  const frames = ofFlows(20);
  const came = (counters: Counters) =>
    WORKERS.reduce((sum, port) => sum + counters.total(port, 'rx', 'packets'), 0);
  const { captured } = await context.exchange({
    send: { [named(IN)]: frames },
    capture: WORKERS.map(named),
    until: (counters) => came(counters) >= frames.length,
  });
  requireRunning(program);
  const byWorker = WORKERS.map((port) => captured[named(port)] ?? []);
  return firstFailure(everyFlowWhole(frames.map(frameBytes), byWorker), bothWork(byWorker));
}

/** Each flow's packets are at one worker, all of them, in order. */
function everyFlowWhole(sent: readonly Uint8Array[], byWorker: readonly (readonly Uint8Array[])[]): Verdict {
  const hints = { ...HINTS, missing: 'hand-out' };
  const total = byWorker.flat().length;
  if (total < sent.length)
    return failed(`${total} of ${sent.length} packets came to the workers.`, 'hand-out');
  for (let flow = 0; flow < FLOWS; flow++) {
    const isOf = (frame: Uint8Array) => flowOf(frame) === `flow ${flow}`;
    const parts = byWorker.map((frames) => frames.filter(isOf)).filter((part) => part.length > 0);
    if (parts.length > 1)
      return failed(
        `Of flow ${flow}, ${parts.map(({ length }) => `${length} packets came to one worker`).join(', and ')}.`,
        'flow',
      );
    const verdict = compareFrames(sent.filter(isOf), parts[0] ?? [], hints);
    if (!verdict.passed) return verdict;
  }
  return passed;
}

function bothWork(byWorker: readonly (readonly Uint8Array[])[]): Verdict {
  const idle = byWorker.findIndex(({ length }) => length === 0);
  if (idle < 0) return passed;
  return failed(`Of ${FLOWS} flows, worker ${idle + 1} got none.`, 'flow');
}

const ALIKE = 64;

/** Flows whose ports are all even, as some systems choose them. */
async function alike(context: CheckContext): Promise<Verdict> {
  const program = await startFront(context);
  const frames = Array.from({ length: ALIKE }, (_, flow) =>
    udp({ sport: 32768 + 2 * flow, dport: 8000, payload: `flow ${flow}`, padTo: 60 }),
  );
  const { captured } = await context.exchange({
    send: { [named(IN)]: frames },
    capture: WORKERS.map(named),
    until: (counters) =>
      WORKERS.reduce((sum, port) => sum + counters.total(port, 'rx', 'packets'), 0) >= frames.length,
  });
  requireRunning(program);
  const shares = WORKERS.map((port) => captured[named(port)]?.length ?? 0);
  if (Math.min(...shares) >= ALIKE / 4) return passed;
  return failed(`Of ${ALIKE} flows, the workers got ${shares.join(' and ')}.`, 'alike');
}

async function collects(context: CheckContext): Promise<Verdict> {
  const program = await startFront(context);
  const frames = WORKERS.map((_, worker) =>
    Array.from({ length: 300 }, (_, index) =>
      udp({ sport: worker + 1, dport: 8000, id: index, padTo: 60 + index }),
    ),
  );
  for (const [worker, port] of WORKERS.entries())
    await sendInBackground(context, named(port), frames[worker] ?? []);
  const { captured } = await context.exchange({
    capture: [named(OUT)],
    until: (counters) => counters.total(OUT, 'rx', 'packets') >= 600,
  });
  requireRunning(program);
  const came = captured[named(OUT)] ?? [];
  const verdicts = frames.map((sent, worker) => {
    const theirs = came.filter((frame) => frame[35] === worker + 1);
    const hints = { ...HINTS, missing: 'collect' };
    const verdict = compareFrames(sent.map(frameBytes), theirs, hints);
    return verdict.passed ? passed : { ...verdict, actual: `Of worker ${worker + 1}: ${verdict.actual}` };
  });
  return firstFailure(...verdicts);
}

/** More than four pipes hold, both directions of those to the workers included. */
const FLOOD_FRAMES = 9000;
/** Nine of ten are of one flow, so that one worker is full long before the other. */
const FLOOD = Array.from({ length: FLOOD_FRAMES }, (_, index) =>
  udp({ sport: index % 10 === 9 ? 1001 : 1000, dport: 8000, id: index, payload: `${index}`, padTo: 60 }),
);

/** Sends until nothing moves any more, because nobody reads what comes out. */
async function flood(context: CheckContext): Promise<{ programs: Program[]; sender: Program }> {
  const programs = await startGraph(context);
  const sender = await sendInBackground(context, named(IN), FLOOD);
  await untilFull(context, sender, (now) => now.room('net{2') === 0 && now.room(IN) === 0);
  for (const program of programs) requireRunning(program);
  return { programs, sender };
}

async function losesNothing(context: CheckContext): Promise<Verdict> {
  const { programs, sender } = await flood(context);
  const { captured, settled } = await context.exchange({
    capture: [named(OUT)],
    until: (counters) => sender.ended !== undefined && counters.total(OUT, 'rx', 'packets') >= FLOOD_FRAMES,
  });
  for (const program of programs) requireRunning(program);
  const came = captured[named(OUT)] ?? [];
  if (!settled) {
    const verdict = stuck(came.length, await context.counters());
    if (!verdict.passed) return verdict;
  }
  const expected = FLOOD.map((frame) => turned({ frame, ip: 14, ports: 34 }));
  const of = (frames: readonly Uint8Array[], port: number) =>
    frames.filter((frame) => frame[37] === (port & 0xff));
  const hints = { ...HINTS, missing: 'lost' };
  return firstFailure(
    compareFrames(of(expected, 1000), of(came, 1000), hints),
    compareFrames(of(expected, 1001), of(came, 1001), hints),
  );
}

/** Where packets wait, though there is room at the end. */
function stuck(came: number, counters: Counters): Verdict {
  const ports = [FRONT_IN, ...WORKERS, ...TO_WORKERS].filter((port) => counters.unread(port) > 0);
  if (ports.length === 0) return passed;
  const waiting = ports.map((port) => `${counters.unread(port)} at ${port}`);
  return failed(
    `After ${came} packets nothing moved any more, though there was room at the end. Packets wait: ${waiting.join(', ')}.`,
    'stuck',
  );
}

async function sleeps(context: CheckContext): Promise<Verdict> {
  const { programs } = await flood(context);
  const { port, syncs } = await busiestPort(context, [...FRONT_PORTS, ...WORKERS], FEW_SYNCS);
  for (const program of programs) requireRunning(program);
  if (syncs <= FEW_SYNCS) return passed;
  return failed(`While all pipes were full, ${port} was synchronized ${syncs} times a second.`, 'sleep');
}

async function oneBuffer(context: CheckContext): Promise<Verdict> {
  const programs = await startGraph(context);
  const plan = { into: named(IN), outOf: named(OUT), udpPort: 8000, packets: 3000, flows: FLOWS };
  const { sent, received, intact, sameBuffer, doubled } = await probeIdentity(context, plan);
  for (const program of programs) requireRunning(program);
  if (received < sent) return failed(`${received} of ${sent} packets came through.`, 'lost');
  if (doubled > 0 || intact < received)
    return failed(`${received - intact} packets were overwritten on their way.`, 'copied');
  if (sameBuffer === received) return passed;
  return failed(
    `${received - sameBuffer} of ${received} packets came out in another buffer than they were sent in: they were copied.`,
    'copied',
  );
}

export default defineChecks([
  {
    id: 'turns-round',
    title: 'Turns packets round',
    sent: `${CASES.length} packets into net{3: UDP, TCP, VLAN tags, IP options, a fragment, ARP, IPv6, frames cut short, lengths that contradict each other.`,
    expected:
      'They come back with source and destination exchanged, as far as they have them, and nothing else changed.',
    run: turnsRound,
  },
  {
    id: 'hands-out',
    title: 'Gives each flow to one worker',
    sent: `${FLOWS * 20} packets of ${FLOWS} flows, in both directions of each, into ${IN}.`,
    expected: 'All packets of a flow come to the same worker, in order, and each worker has flows.',
    run: handsOut,
  },
  {
    id: 'collects',
    title: 'Collects what the workers give back',
    sent: '300 packets from each worker.',
    expected: `All of them come out of ${OUT}, those of each worker in order.`,
    run: collects,
  },
  {
    id: 'loses-nothing',
    title: 'Loses nothing, and never gets stuck',
    sent: `${FLOOD_FRAMES} packets into ${IN} while nobody reads from ${OUT}; then somebody does. Nine of ten are of one flow.`,
    expected: 'All of them come out in the end.',
    after: ['turns-round', 'hands-out', 'collects'],
    run: losesNothing,
  },
  {
    id: 'sleeps',
    title: 'Sleeps while everything is full',
    sent: `As many, and nobody reads from ${OUT}.`,
    expected: 'All three programs sleep in poll().',
    after: ['loses-nothing'],
    run: sleeps,
  },
  {
    id: 'one-buffer',
    title: 'One buffer, all the way',
    sent: `3000 packets of ${FLOWS} flows through the whole graph.`,
    expected: 'Each comes out in the very buffer in which it was sent.',
    after: ['loses-nothing'],
    run: oneBuffer,
  },
  {
    id: 'alike',
    title: 'Spreads flows that look alike',
    sent: `${ALIKE} flows whose source ports are all even.`,
    expected: `Each worker gets at least ${ALIKE / 4} of them.`,
    run: alike,
  },
]);
