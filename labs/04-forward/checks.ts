// SPDX-License-Identifier: BSD-2-Clause
import { readFileSync } from 'node:fs';
import {
  type CheckContext,
  CheckFailure,
  type Counters,
  compareFrames,
  defineChecks,
  type Exchanged,
  type Frame,
  type FrameHints,
  failed,
  firstFailure,
  frameBytes,
  type Program,
  packets,
  passed,
  requireRunning,
  type Verdict,
} from '@ringlab/labkit';

const { arp, cut, ethernet, tcp, udp, udp6, writePcap } = packets;

const LEFT = 'vale0:fwd';
const RIGHT = 'vale1:fwd';
const LEFT_PEER = 'vale0:peer';
const RIGHT_PEER = 'vale1:peer';
const BATCH = 300;
/** Calls that a program which sleeps needs in a second, times some tens. */
const FEW_SYNCS = 100;

const HINTS: FrameHints = {
  missing: 'missing',
  extra: 'filter',
  changed: 'changed',
  twice: 'twice',
  order: 'order',
};

function argv(left: string, right: string): string[] {
  return ['./forward', '-i', left, '-o', right, '-p', '8000'];
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Numbered, so that each is another one, and of many lengths. */
function wanted(index: number): Frame {
  return udp({
    dport: 8000,
    id: index & 0xffff,
    payload: `packet ${index}`,
    padTo: 60 + ((index * 37) % 1400),
  });
}

interface Traffic {
  readonly into: string;
  readonly outOf: string;
  /** The program's own port on the side where the traffic comes in. */
  readonly via: string;
  readonly frames: readonly Frame[];
  readonly expected: readonly Frame[];
}

/** What the program's port was given, read or lost. */
function offered(counters: Counters, port: string): number {
  return counters.total(port, 'rx', 'packets') + counters.total(port, 'rx', 'drops');
}

/** Sends at once what fits an empty ring; settled when the program read it all and everything expected came. */
async function send(
  context: CheckContext,
  program: Program,
  traffic: readonly Traffic[],
): Promise<Exchanged> {
  const before = await context.counters();
  const sent = (counters: Counters, { via, frames }: Traffic) =>
    offered(counters, via) - offered(before, via) >= frames.length && counters.unread(via) === 0;
  const came = (counters: Counters, { outOf, expected }: Traffic) =>
    counters.total(outOf, 'rx', 'packets') >= expected.length;
  const exchanged = await context.exchange({
    send: Object.fromEntries(traffic.map(({ into, frames }) => [into, frames])),
    capture: traffic.map(({ outOf }) => outOf),
    until: (counters) => traffic.every((one) => sent(counters, one) && came(counters, one)),
  });
  requireRunning(program);
  return exchanged;
}

function judge({ captured }: Exchanged, { outOf, expected }: Traffic): Verdict {
  const verdict = compareFrames(expected.map(frameBytes), captured[outOf] ?? [], HINTS);
  if (verdict.passed || verdict.packets === undefined) return verdict;
  const { expectedHex, actualHex } = verdict.packets;
  return expectedHex.length === actualHex.length ? verdict : { ...verdict, hint: 'length' };
}

const RIGHTWARD = { into: LEFT_PEER, outOf: RIGHT_PEER, via: LEFT };
const LEFTWARD = { into: RIGHT_PEER, outOf: LEFT_PEER, via: RIGHT };

/** A switch gives a frame to nobody whose addresses make no sense, such as both being zero. */
function undelivered(counters: Counters): Verdict | undefined {
  const sent = counters.total(RIGHT, 'tx', 'packets') + counters.total(RIGHT, 'tx', 'bad');
  const read = counters.total(LEFT, 'rx', 'packets');
  if (sent < read || read === 0) return undefined;
  return failed(
    `Your program sent ${sent} frames for ${read} that it got, but they are not those that it got.`,
    'changed',
  );
}

async function forwards(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(argv(LEFT, RIGHT), [LEFT, RIGHT]);
  for (const batch of times(5, (at) => times(BATCH, (index) => wanted(at * BATCH + index)))) {
    const traffic = { ...RIGHTWARD, frames: batch, expected: batch };
    const exchanged = await send(context, program, [traffic]);
    const verdict = judge(exchanged, traffic);
    if (verdict.passed) continue;
    const nothing = exchanged.captured[RIGHT_PEER]?.length === 0;
    return (nothing ? undelivered(await context.counters()) : undefined) ?? verdict;
  }
  return passed;
}

/** Each frame, and whether it is to come out. */
const MIXED: readonly (readonly [Frame, boolean])[] = [
  ...times(40, (i): [Frame, boolean] => [
    udp({ dport: 7990 + i, payload: `port ${7990 + i}`, padTo: 60 }),
    i === 10,
  ]),
  ...times(20, (i): [Frame, boolean] => [wanted(i), true]),
  [udp({ dport: 0x401f, padTo: 60 }), false],
  [udp({ sport: 8000, dport: 53, padTo: 60 }), false],
  [tcp({ dport: 8000, padTo: 60 }), false],
  [udp({ dport: 8000, vlans: [{ id: 7, priority: 3 }], padTo: 64 }), true],
  [udp({ dport: 8000, options: new Uint8Array(12).fill(1), padTo: 60 }), true],
  [udp({ dport: 8000, udpChecksum: 'wrong', padTo: 60 }), true],
  [udp({ dport: 8000, fragmentOffset: 4, padTo: 60 }), false],
  [udp6({ dport: 8000 }), false],
  [arp({ padTo: 60 }), false],
  [ethernet(0x88b5, frameBytes(wanted(0)).subarray(14)), false],
  ...times(28, (i): [Frame, boolean] => [cut(udp({ dport: 8000 }), 14 + i), false]),
  [udp({ dport: 8000, totalLength: 1400, padTo: 60 }), false],
  [udp({ dport: 8000, headerWords: 15 }), false],
  [udp({ dport: 8000, length: 3, padTo: 60 }), false],
  [wanted(999), true],
];

async function filters(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(argv(LEFT, RIGHT), [LEFT, RIGHT]);
  const expected = MIXED.filter(([, through]) => through).map(([frame]) => frame);
  const traffic = { ...RIGHTWARD, frames: MIXED.map(([frame]) => frame), expected };
  return judge(await send(context, program, [traffic]), traffic);
}

async function bothWays(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(argv(LEFT, RIGHT), [LEFT, RIGHT]);
  const right = times(BATCH, wanted);
  const left = times(BATCH, (index) =>
    udp({ dport: 8000, srcMac: '02:00:00:00:00:02', payload: `back ${index}` }),
  );
  const noise = times(20, (index) => udp({ dport: 9000 + index, srcMac: '02:00:00:00:00:02' }));
  const rightward = { ...RIGHTWARD, frames: right, expected: right };
  const leftward = { ...LEFTWARD, frames: [...left, ...noise], expected: left };
  const exchanged = await send(context, program, [rightward, leftward]);
  const back = judge(exchanged, leftward);
  const onlyOneWay = !back.passed && exchanged.captured[LEFT_PEER]?.length === 0;
  const words = `Nothing that was sent into ${RIGHT_PEER} came out of ${LEFT_PEER}.`;
  return firstFailure(judge(exchanged, rightward), onlyOneWay ? failed(words, 'both-ways') : back);
}

const IN_PIPE = { end: 'in}1', other: 'in{1' };
const OUT_PIPE = { end: 'out{1', other: 'out}1' };
/** More than both pipes hold together. */
const FLOOD_FRAMES = 2500;
const FLOOD = times(FLOOD_FRAMES, (index) =>
  udp({ dport: index % 10 === 9 ? 8001 : 8000, id: index, payload: `packet ${index}`, padTo: 60 }),
);
const FLOOD_EXPECTED = FLOOD.filter((_, index) => index % 10 !== 9);

/** Longer than any check: a sender that gives up would look like a program that loses packets. */
const SENDER_WAITS_MS = '600000';

/** Starts the program between two pipes and a sender that nobody reads from, and waits until all is full or gone. */
async function flood(context: CheckContext): Promise<{ program: Program; sender: Program }> {
  const pipes = argv(`netmap:${IN_PIPE.end}`, `netmap:${OUT_PIPE.end}`);
  const program = await context.startWithPorts(pipes, [IN_PIPE.end, OUT_PIPE.end]);
  const folder = await context.put({
    'flood.pcap': writePcap(FLOOD.map((frame) => ({ bytes: frameBytes(frame) }))),
  });
  const sender = await context.start([
    'nmio',
    'send',
    `netmap:${IN_PIPE.other}`,
    `${folder}/flood.pcap`,
    '-w',
    SENDER_WAITS_MS,
  ]);
  const full = (counters: Counters) => counters.room(OUT_PIPE.end) === 0 && counters.unread(IN_PIPE.end) > 0;
  const gone = (counters: Counters) => sender.ended !== undefined && counters.unread(IN_PIPE.end) === 0;
  const happened = await context.until((counters) => full(counters) || gone(counters));
  requireRunning(program);
  if (!happened) throw new CheckFailure(stuck(await context.counters()));
  return { program, sender };
}

function stuck(counters: Counters) {
  const [waiting, room] = [counters.unread(IN_PIPE.end), counters.room(OUT_PIPE.end)];
  return failed(
    `${waiting} packets wait in the first pipe, though the second has room for ${room}.`,
    'stuck',
  );
}

async function losesNothing(context: CheckContext): Promise<Verdict> {
  const { program, sender } = await flood(context);
  const port = `netmap:${OUT_PIPE.other}`;
  const { captured } = await context.exchange({
    capture: [port],
    until: (counters) =>
      counters.total(OUT_PIPE.other, 'rx', 'packets') >= FLOOD_EXPECTED.length &&
      counters.unread(OUT_PIPE.other) + counters.unread(IN_PIPE.end) === 0 &&
      sender.ended !== undefined,
  });
  requireRunning(program);
  const hints = { ...HINTS, missing: 'back-pressure' };
  return compareFrames(FLOOD_EXPECTED.map(frameBytes), captured[port] ?? [], hints);
}

/** How often a program synchronized its ports while nothing happened for a second. */
async function idleSyncs(context: CheckContext, ports: readonly string[]): Promise<number> {
  const count = (counters: Counters) =>
    ports.reduce(
      (sum, port) => sum + counters.total(port, 'rx', 'syncs') + counters.total(port, 'tx', 'syncs'),
      0,
    );
  const before = count(await context.counters());
  await context.pause(1000);
  return count(await context.counters()) - before;
}

async function sleeps(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(argv(LEFT, RIGHT), [LEFT, RIGHT]);
  const syncs = await idleSyncs(context, [LEFT, RIGHT]);
  requireRunning(program);
  if (syncs <= FEW_SYNCS) return passed;
  return failed(`In one second without a packet your program synchronized its rings ${syncs} times.`, 'poll');
}

async function sleepsWhenFull(context: CheckContext): Promise<Verdict> {
  const { program } = await flood(context);
  const syncs = await idleSyncs(context, [IN_PIPE.end, OUT_PIPE.end]);
  requireRunning(program);
  if (syncs <= FEW_SYNCS) return passed;
  return failed(
    `In one second in which the second pipe had no room, your program synchronized its rings ${syncs} times.`,
    'wait-for-room',
  );
}

const PROBE = readFileSync(new URL('checks/probe.c', import.meta.url), 'utf8');
const PROBE_PACKETS = 5000;

interface Seen {
  readonly sent: number;
  readonly received: number;
  readonly intact: number;
  readonly sameBuffer: number;
  readonly flagged: number;
}

/** A program of the check's own, because only a program on rings sees which buffer a packet is in. */
async function probe(context: CheckContext): Promise<Seen> {
  const folder = await context.put({ 'probe.c': PROBE });
  const compiler = await context.start(['cc', '-O2', '-o', `${folder}/probe`, `${folder}/probe.c`]);
  if ((await compiler.exit).code !== 0)
    throw new Error(`the probe does not compile: ${compiler.lines.join(' ')}`);
  const program = await context.startWithPorts(argv('netmap:ring}1', 'netmap:ring{2'), ['ring}1', 'ring{2']);
  const prober = await context.start([
    `${folder}/probe`,
    'netmap:ring{1',
    'netmap:ring}2',
    '8000',
    `${PROBE_PACKETS}`,
  ]);
  await prober.exit;
  requireRunning(program);
  const line = prober
    .matches(/sent (\d+) received (\d+) intact (\d+) same-buffer (\d+) flagged (\d+)/)
    .at(-1);
  if (line === undefined) throw new Error(`the probe said nothing: ${prober.lines.join(' ')}`);
  const [sent = 0, received = 0, intact = 0, sameBuffer = 0, flagged = 0] = line.slice(1).map(Number);
  return { sent, received, intact, sameBuffer, flagged };
}

async function zeroCopy(context: CheckContext): Promise<Verdict> {
  const { sent, received, intact, sameBuffer, flagged } = await probe(context);
  if (received === 0) return failed(`None of ${sent} packets came through the pipes.`, 'missing');
  if (sameBuffer === 0)
    return failed('Every packet arrived in another buffer than it was sent in: it was copied.', 'swap');
  if (flagged === 0)
    return failed('The packets arrived in their buffers, but no slot said NS_BUF_CHANGED.', 'flag');
  const wrong = received - intact;
  if (wrong > 0)
    return failed(
      `${wrong} of ${received} packets were overwritten by later ones on their way.`,
      'give-back',
    );
  if (received < sent) return failed(`${received} of ${sent} packets came through.`, 'missing');
  const copied = received - Math.min(sameBuffer, flagged);
  return copied === 0
    ? passed
    : failed(`${copied} of ${received} packets were not exchanged properly.`, 'swap');
}

export default defineChecks([
  {
    id: 'forwards',
    title: 'Forwards packets unchanged',
    sent: `1500 packets to port 8000 into ${LEFT_PEER}, of 60 to 1459 bytes, in five batches.`,
    expected: `The same packets, in the same order, come out of ${RIGHT_PEER}.`,
    run: forwards,
  },
  {
    id: 'filters',
    title: 'Drops everything else',
    sent: 'Packets to many ports; VLAN tags, IP options, fragments, other protocols, frames cut short, lengths that contradict each other.',
    expected: 'Only whole IPv4 UDP packets to port 8000 come out.',
    after: ['forwards'],
    run: filters,
  },
  {
    id: 'both-ways',
    title: 'Forwards in both directions',
    sent: `${BATCH} packets to port 8000 into ${LEFT_PEER} and ${BATCH} into ${RIGHT_PEER}, at the same time.`,
    expected: 'All of them come out on the other side.',
    after: ['filters'],
    run: bothWays,
  },
  {
    id: 'sleeps',
    title: 'Sleeps when nothing arrives',
    sent: 'Nothing, for a second.',
    expected: 'The program sleeps in poll().',
    after: ['forwards'],
    run: sleeps,
  },
  {
    id: 'no-loss',
    title: 'Loses nothing when the reader is slow',
    sent: `${FLOOD_FRAMES} packets into one pipe while nobody reads from the other; then somebody does.`,
    expected: `All ${FLOOD_EXPECTED.length} packets to port 8000 come out, in order: what finds no room waits.`,
    after: ['filters'],
    run: losesNothing,
  },
  {
    id: 'sleeps-when-full',
    title: 'Sleeps while there is no room',
    sent: `${FLOOD_FRAMES} packets into one pipe while nobody reads from the other.`,
    expected: 'While there is no room, the program sleeps until there is.',
    after: ['no-loss'],
    run: sleepsWhenFull,
  },
  {
    id: 'zero-copy',
    title: 'Exchanges buffers where memory is shared',
    sent: `${PROBE_PACKETS} packets through two pipes of one name, which share their memory, to a reader that begins late.`,
    expected: 'Each packet arrives in the very buffer it was sent in, and none is overwritten.',
    after: ['no-loss'],
    run: zeroCopy,
  },
]);
