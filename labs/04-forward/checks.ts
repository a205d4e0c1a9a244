// SPDX-License-Identifier: BSD-2-Clause
import {
  busiestPort,
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
  type Identity,
  judgeTraffic,
  numberedPacket,
  type Program,
  packets,
  passed,
  probeIdentity,
  requireRunning,
  sendInBackground,
  sendThrough,
  type Traffic,
  type Verdict,
} from '@ringlab/labkit';

const { arp, cut, ethernet, tcp, udp, udp6 } = packets;

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

function judge(exchanged: Exchanged, traffic: Traffic): Verdict {
  const verdict = judgeTraffic(exchanged, traffic, HINTS);
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
  for (const batch of times(5, (at) => times(BATCH, (index) => numberedPacket(at * BATCH + index)))) {
    const traffic = { ...RIGHTWARD, frames: batch, expected: batch };
    const exchanged = await sendThrough(context, program, [traffic]);
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
  ...times(20, (i): [Frame, boolean] => [numberedPacket(i), true]),
  [udp({ dport: 0x401f, padTo: 60 }), false],
  [udp({ sport: 8000, dport: 53, padTo: 60 }), false],
  [tcp({ dport: 8000, padTo: 60 }), false],
  [udp({ dport: 8000, vlans: [{ id: 7, priority: 3 }], padTo: 64 }), true],
  [udp({ dport: 8000, options: new Uint8Array(12).fill(1), padTo: 60 }), true],
  [udp({ dport: 8000, udpChecksum: 'wrong', padTo: 60 }), true],
  [udp({ dport: 8000, fragmentOffset: 4, padTo: 60 }), false],
  [udp6({ dport: 8000 }), false],
  [arp({ padTo: 60 }), false],
  [ethernet(0x88b5, frameBytes(numberedPacket(0)).subarray(14)), false],
  ...times(28, (i): [Frame, boolean] => [cut(udp({ dport: 8000 }), 14 + i), false]),
  [udp({ dport: 8000, totalLength: 1400, padTo: 60 }), false],
  [udp({ dport: 8000, headerWords: 15 }), false],
  [udp({ dport: 8000, length: 3, padTo: 60 }), false],
  [numberedPacket(999), true],
];

async function filters(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(argv(LEFT, RIGHT), [LEFT, RIGHT]);
  const expected = MIXED.filter(([, through]) => through).map(([frame]) => frame);
  const traffic = { ...RIGHTWARD, frames: MIXED.map(([frame]) => frame), expected };
  return judge(await sendThrough(context, program, [traffic]), traffic);
}

async function bothWays(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(argv(LEFT, RIGHT), [LEFT, RIGHT]);
  const right = times(BATCH, (index) => numberedPacket(index));
  const left = times(BATCH, (index) =>
    udp({ dport: 8000, srcMac: '02:00:00:00:00:02', payload: `back ${index}` }),
  );
  const noise = times(20, (index) => udp({ dport: 9000 + index, srcMac: '02:00:00:00:00:02' }));
  const rightward = { ...RIGHTWARD, frames: right, expected: right };
  const leftward = { ...LEFTWARD, frames: [...left, ...noise], expected: left };
  const exchanged = await sendThrough(context, program, [rightward, leftward]);
  const back = judge(exchanged, leftward);
  const onlyOneWay = !back.passed && exchanged.captured[LEFT_PEER]?.length === 0;
  const words = `Nothing that was sent into ${RIGHT_PEER} came out of ${LEFT_PEER}.`;
  return firstFailure(judge(exchanged, rightward), onlyOneWay ? failed(words, 'both-ways') : back);
}

/** A way between two pipes: where a sender is, the program's ports, and where a reader is. */
interface Way {
  readonly into: string;
  readonly from: string;
  readonly to: string;
  readonly outOf: string;
}

const THERE: Way = { into: 'in{1', from: 'in}1', to: 'out{1', outOf: 'out}1' };
const BACK: Way = { into: 'out}1', from: 'out{1', to: 'in}1', outOf: 'in{1' };
const WAYS = [THERE, BACK] as const;
const PIPES = [THERE.from, THERE.to];

/** More than both pipes hold together. */
const FLOOD_FRAMES = 2500;
const FLOOD = times(FLOOD_FRAMES, (index) =>
  udp({ dport: index % 10 === 9 ? 8001 : 8000, id: index, payload: `packet ${index}`, padTo: 60 }),
);
const FLOOD_EXPECTED = FLOOD.filter((_, index) => index % 10 !== 9);

interface Flooded {
  readonly program: Program;
  readonly sender: Program;
}

/** The program between two pipes and a sender that nobody reads from, when all is full or gone. */
async function flood(context: CheckContext, { into, from, to }: Way): Promise<Flooded> {
  const pipes = argv(`netmap:${THERE.from}`, `netmap:${THERE.to}`);
  const program = await context.startWithPorts(pipes, PIPES);
  const sender = await sendInBackground(context, `netmap:${into}`, FLOOD);
  const full = (counters: Counters) => counters.room(to) === 0 && counters.unread(from) > 0;
  const gone = (counters: Counters) => sender.ended !== undefined && counters.unread(from) === 0;
  const happened = await context.until((counters) => full(counters) || gone(counters));
  requireRunning(program);
  if (!happened) throw new CheckFailure(stuck(await context.counters(), from, to));
  return { program, sender };
}

function stuck(counters: Counters, from: string, to: string) {
  const [waiting, room] = [counters.unread(from), counters.room(to)];
  return failed(`${waiting} packets wait at ${from}, though ${to} has room for ${room}.`, 'stuck');
}

/** Floods one way and then the other, with pipes that are empty again; up to the first failure. */
async function eachWay(
  context: CheckContext,
  judgeWay: (way: Way, flooded: Flooded) => Promise<Verdict>,
): Promise<Verdict> {
  for (const way of WAYS) {
    const flooded = await flood(context, way);
    const verdict = await judgeWay(way, flooded);
    requireRunning(flooded.program);
    if (!verdict.passed) return { ...verdict, actual: `From ${way.from} to ${way.to}: ${verdict.actual}` };
    await Promise.all([flooded.program.stop(), flooded.sender.stop()]);
  }
  return passed;
}

async function losesNothing(context: CheckContext): Promise<Verdict> {
  return await eachWay(context, async ({ from, outOf }, { sender }) => {
    const port = `netmap:${outOf}`;
    const { captured } = await context.exchange({
      capture: [port],
      until: (counters) =>
        counters.total(outOf, 'rx', 'packets') >= FLOOD_EXPECTED.length &&
        counters.unread(outOf) + counters.unread(from) === 0 &&
        sender.ended !== undefined,
    });
    const hints = { ...HINTS, missing: 'back-pressure' };
    return compareFrames(FLOOD_EXPECTED.map(frameBytes), captured[port] ?? [], hints);
  });
}

async function goesOn(context: CheckContext): Promise<Verdict> {
  return await eachWay(context, async ({ into, to, outOf }) => {
    const sent = times(BATCH, (index) => numberedPacket(index));
    const port = `netmap:${into}`;
    const { captured } = await context.exchange({
      send: { [`netmap:${outOf}`]: sent },
      capture: [port],
      until: (counters) => counters.total(into, 'rx', 'packets') >= sent.length,
    });
    const came = captured[port] ?? [];
    if (came.length === 0)
      return failed(`While ${to} had no room, none of ${sent.length} packets came the other way.`, 'goes-on');
    return compareFrames(sent.map(frameBytes), came, { ...HINTS, missing: 'goes-on' });
  });
}

async function sleeps(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(argv(LEFT, RIGHT), [LEFT, RIGHT]);
  const { port, syncs } = await busiestPort(context, [LEFT, RIGHT], FEW_SYNCS);
  requireRunning(program);
  if (syncs <= FEW_SYNCS) return passed;
  return failed(`Without a packet your program synchronized ${port} ${syncs} times a second.`, 'poll');
}

async function sleepsWhenFull(context: CheckContext): Promise<Verdict> {
  return await eachWay(context, async ({ to }) => {
    const { port, syncs } = await busiestPort(context, PIPES, FEW_SYNCS);
    if (syncs <= FEW_SYNCS) return passed;
    return failed(
      `While ${to} had no room, your program synchronized ${port} ${syncs} times a second.`,
      'wait-for-room',
    );
  });
}

const PROBE_PACKETS = 3000;

/** A program of the check's own, because only a program on rings sees which buffer a packet is in. */
async function probe(context: CheckContext): Promise<Identity> {
  const program = await context.startWithPorts(argv('netmap:ring}1', 'netmap:ring{2'), ['ring}1', 'ring{2']);
  const plan = { into: 'netmap:ring{1', outOf: 'netmap:ring}2', udpPort: 8000, packets: PROBE_PACKETS };
  const seen = await probeIdentity(context, plan);
  requireRunning(program);
  return seen;
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

/** Of up to five slots, with short ones in between, and with those that go elsewhere. */
const LONG = times(60, (index) =>
  udp({
    dport: index % 4 === 3 ? 8001 : 8000,
    id: index,
    payload: `packet ${index}`,
    padTo: index % 3 === 0 ? 60 : 0,
    ...(index % 3 !== 0 && { payload: `packet ${index}`.padEnd(1900 + index * 130, '.') }),
  }),
);

async function severalSlots(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(argv('netmap:long}1', 'netmap:long{2'), ['long}1', 'long{2']);
  const expected = LONG.filter((_, index) => index % 4 !== 3).map(frameBytes);
  const bytes = expected.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const out = 'netmap:long}2';
  const { captured } = await context.exchange({
    send: { 'netmap:long{1': LONG },
    capture: [out],
    until: (counters) => counters.total('long}2', 'rx', 'bytes') >= bytes,
  });
  requireRunning(program);
  const hint = 'several-slots';
  const hints = { missing: hint, extra: hint, changed: hint, twice: hint, order: hint };
  return compareFrames(expected, captured[out] ?? [], hints);
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
    sent: `${FLOOD_FRAMES} packets into one pipe while nobody reads from the other; then somebody does. And the same from the other side.`,
    expected: `All ${FLOOD_EXPECTED.length} packets to port 8000 come out, in order: what finds no room waits.`,
    after: ['filters', 'both-ways'],
    run: losesNothing,
  },
  {
    id: 'goes-on',
    title: 'Goes on in one direction while the other one waits',
    sent: `${FLOOD_FRAMES} packets into one pipe while nobody reads from the other, and ${BATCH} packets the other way. Then with the sides exchanged.`,
    expected: `The ${BATCH} packets come out at once.`,
    after: ['no-loss'],
    run: goesOn,
  },
  {
    id: 'sleeps-when-full',
    title: 'Sleeps while there is no room',
    sent: `${FLOOD_FRAMES} packets into one pipe while nobody reads from the other; then from the other side.`,
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
  {
    id: 'several-slots',
    title: 'Forwards packets of several slots',
    sent: `${LONG.length} packets through two pipes, most of them of up to ${Math.max(...LONG.map((frame) => frameBytes(frame).byteLength))} bytes, which take several slots.`,
    expected: 'Those to port 8000 come out whole, and nothing of the others.',
    run: severalSlots,
  },
]);
