// SPDX-License-Identifier: BSD-2-Clause
import {
  type CheckContext,
  CheckFailure,
  type Counters,
  defineChecks,
  type Frame,
  failed,
  frameBytes,
  type Program,
  packets,
  passed,
  passedWith,
  requireRunning,
  type Verdict,
} from '@ringlab/labkit';

const { arp, cut, ethernet, ping, tcp, udp, udp6 } = packets;

const SINK = 'vale0:sink';
const GENERATOR = 'vale0:gen';
const SLEEPING = ['./sink', '-i', SINK, '-p', '8000'];
const BUSY = [...SLEEPING, '-b'];
/** A batch that fits an empty ring, whatever the program does meanwhile. */
const BATCH = 512;
/** Calls that a program which sleeps needs in a second, times some tens. */
const FEW_SYNCS = 100;

/** CPU time of a busy program and of the one that it is compared with, together. */
const SPIN_MS = 1000;

interface Total {
  readonly packets: number;
  readonly bytes: number;
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function wanted(index: number): Frame {
  return udp({ dport: 8000, payload: `packet ${index}`, padTo: 60 });
}

/** A switch drops frames that are shorter than an Ethernet header before anybody sees them. */
function delivered(frames: readonly Frame[]): number {
  return frames.filter((frame) => frameBytes(frame).byteLength >= 14).length;
}

function inBatches(frames: readonly Frame[]): (readonly Frame[])[] {
  return times(Math.ceil(frames.length / BATCH), (index) => frames.slice(index * BATCH, (index + 1) * BATCH));
}

function arrived(counters: Counters): number {
  return counters.total(SINK, 'rx', 'packets') + counters.total(SINK, 'rx', 'drops');
}

/** Sends everything, never more at once than a ring holds, and waits until the program gave the slots back. */
async function sendAll(context: CheckContext, program: Program, frames: readonly Frame[]): Promise<void> {
  let sent = arrived(await context.counters());
  for (const batch of inBatches(frames)) {
    sent += delivered(batch);
    const until = (counters: Counters) => arrived(counters) >= sent && counters.unread(SINK) === 0;
    const { settled } = await context.exchange({ send: { [GENERATOR]: batch }, until });
    requireRunning(program);
    if (!settled && !(await context.until(until))) await accuse(context, program, sent);
  }
}

/** Of what one reading says, and of nothing that became right meanwhile. */
async function accuse(context: CheckContext, program: Program, sent: number): Promise<void> {
  const counters = await context.counters();
  requireRunning(program);
  if (counters.unread(SINK) > 0) throw new CheckFailure(notTaken(counters));
  const came = arrived(counters);
  if (came < sent) throw new Error(`only ${came} of ${sent} frames came to ${SINK}.`);
}

function notTaken(counters: Counters) {
  const lying = counters.unread(SINK);
  const taken = counters.total(SINK, 'rx', 'packets') - lying;
  if (counters.total(SINK, 'rx', 'syncs') === 0) {
    return failed(`${lying} frames lie in the ring, and the program never synchronized it.`, 'sync');
  }
  if (taken === 0) {
    return failed(
      `${lying} frames lie in the ring: the program synchronizes it, but gives no slot back.`,
      'head',
    );
  }
  return failed(
    `The program gave ${taken} slots back and then stopped: ${lying} frames lie in the ring.`,
    'wrap',
  );
}

/** What the program says at the end that it counted. */
async function total(program: Program): Promise<Total> {
  const exit = await program.stop();
  const line = program.matches(/counted (\d+) packets, (\d+) bytes/).at(-1);
  if (line !== undefined) return { packets: Number(line[1]), bytes: Number(line[2]) };
  const words =
    exit.signal === 'SIGKILL' ? 'did not end within 3 s of Ctrl+C' : `ended without a total: ${exit.words}`;
  throw new CheckFailure(
    failed(`The program ${words}.`, exit.signal === 'SIGSEGV' ? 'program-crashed' : 'total'),
  );
}

async function count(
  context: CheckContext,
  argv: readonly string[],
  frames: readonly Frame[],
): Promise<Total> {
  const program = await context.startWithPorts(argv, [SINK]);
  await sendAll(context, program, frames);
  return await total(program);
}

/** Sends these among some that count, and wants `right` of them counted. */
function counting(frames: readonly Frame[], right: number, hint: string, why: string) {
  return async (context: CheckContext): Promise<Verdict> => {
    const counted = await count(context, BUSY, frames);
    if (counted.packets === right) return passed;
    return failed(
      `Your program counted ${counted.packets} of the ${frames.length} frames, not ${right}. ${why}`,
      hint,
    );
  };
}

/** Numbers of which every sum is another, so that the sum says which of them were counted. */
const MIX = { wanted: 64, otherPort: 32, swappedPort: 16, fromPort: 8, tcp: 4 };
const MIX_FRAMES: readonly Frame[] = [
  ...times(MIX.wanted, wanted),
  ...times(MIX.otherPort, () => udp({ dport: 8001, padTo: 60 })),
  ...times(MIX.swappedPort, () => udp({ dport: 0x401f, padTo: 60 })),
  ...times(MIX.fromPort, () => udp({ sport: 8000, dport: 53, padTo: 60 })),
  ...times(MIX.tcp, () => tcp({ dport: 8000, padTo: 60 })),
];

function judgeMix({ packets: counted, bytes }: Total): Verdict {
  if (counted === MIX.wanted) return judgeBytes(bytes);
  const words = `Your program counted ${counted} of ${MIX_FRAMES.length} frames, not ${MIX.wanted}.`;
  if (counted > MIX_FRAMES.length) return failed(`${words} It saw more frames than were sent.`, 'tail');
  if (counted === MIX.swappedPort)
    return failed(`${words} As many went to port 16415, which is 8000 with its bytes swapped.`, 'byte-order');
  if (counted === MIX.wanted + MIX.fromPort)
    return failed(`${words} It counted those that come from port 8000, too.`, 'source-port');
  if (counted === MIX.fromPort)
    return failed(`${words} As many come from port 8000; none of them goes to it.`, 'source-port');
  if (counted === MIX.wanted + MIX.tcp) return failed(`${words} It counted TCP, too.`, 'protocol');
  return failed(words, 'port');
}

function judgeBytes(bytes: number): Verdict {
  const right = MIX.wanted * 60;
  return bytes === right
    ? passed
    : failed(`The packets are right, but ${bytes} bytes are not ${right}.`, 'bytes');
}

const OPTIONS_THAT_LOOK_LIKE_PORTS = Uint8Array.of(1, 1, 0x1f, 0x40);

const TAGGED: readonly Frame[] = [
  ...times(5, (i) => udp({ dport: 8000, vlans: [{ id: i + 1 }], padTo: 60 })),
  ...times(3, (i) =>
    udp({
      dport: 8000,
      vlans: [
        { id: 9, tagType: 0x88a8 },
        { id: i + 1, priority: 5 },
      ],
      padTo: 60,
    }),
  ),
  ...times(7, (i) => udp({ dport: 8001, vlans: [{ id: i + 1 }], padTo: 60 })),
  ...times(2, wanted),
];

const WITH_OPTIONS: readonly Frame[] = [
  ...times(10, (i) => udp({ dport: 8000, options: new Uint8Array(4 * (i + 1)).fill(1) })),
  ...times(6, () => udp({ dport: 53, options: OPTIONS_THAT_LOOK_LIKE_PORTS, padTo: 60 })),
  ...times(1, wanted),
];

const FRAGMENTS: readonly Frame[] = [
  ...times(3, () =>
    udp({ dport: 8000, id: 7, flags: 1, payload: 'the first eight bytes are a UDP header', length: 3000 }),
  ),
  ...times(5, (i) =>
    udp({ dport: 8000, id: 7, flags: i < 4 ? 1 : 0, fragmentOffset: 6 + i, payload: 'not one' }),
  ),
];

function disguised(etherType: number): Frame {
  return ethernet(etherType, frameBytes(wanted(0)).subarray(14));
}

const NOT_IPV4: readonly Frame[] = [
  ...times(2, wanted),
  ...times(4, (i) => disguised(0x88b5 + i)),
  disguised(0x0008),
  ...times(3, () => udp6({ dport: 8000 })),
  arp({ padTo: 60 }),
  ping({ padTo: 60 }),
  tcp({ dport: 8000, padTo: 60 }),
  udp({ dport: 8000, version: 6, padTo: 60 }),
];

const GOOD_BEFORE = 1100;
/** Behind frames that fill every buffer with what a short frame lacks. */
const SHORT_AND_WRONG: readonly Frame[] = [
  ...times(GOOD_BEFORE, () => udp({ dport: 8000, padTo: 60 })),
  ...times(28, (i) => cut(udp({ dport: 8000 }), 14 + i)),
  ...times(3, (i) => cut(udp({ dport: 8000, vlans: [{ id: 1 }] }), 14 + i)),
  udp({ dport: 8000, totalLength: 1500, padTo: 60 }),
  udp({ dport: 8000, totalLength: 27, padTo: 60 }),
  udp({ dport: 8000, headerWords: 15 }),
  udp({ dport: 8000, length: 7, padTo: 60 }),
];

/** The CPU time that a program uses, as a share of what a program that only spins gets beside it: however much the machine has left for the two. */
async function shareOfSpinning(context: CheckContext, program: Program): Promise<number> {
  const reference = await context.start(['sh', '-c', 'while :; do :; done']);
  const before = { own: await program.cpuMs(), reference: await reference.cpuMs() };
  const used = async () => ({
    own: (await program.cpuMs()) - before.own,
    reference: (await reference.cpuMs()) - before.reference,
  });
  let now = await used();
  while (now.own + now.reference < SPIN_MS) {
    await context.pause(50);
    requireRunning(program);
    now = await used();
  }
  return now.own / now.reference;
}

/** Two that spin get as much as each other, but for who shares a processor with what else runs here; who sleeps gets next to nothing. */
const LEAST_SHARE = 0.25;

function judgeShare(share: number, isRight: boolean, hint: string): Verdict {
  const percent = `${Math.round(share * 100)} %`;
  const words = `Without a packet, your program used ${percent} of the CPU time that an endless loop beside it got.`;
  const measured = [{ name: 'CPU', value: percent, beside: 'of an endless loop beside it' }];
  return isRight ? passedWith(words, measured) : failed(words, hint, { measured });
}

async function staysAsleep(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(SLEEPING, [SINK]);
  const syncs = async () => (await context.counters()).total(SINK, 'rx', 'syncs');
  const before = { syncs: await syncs(), ms: performance.now() };
  const share = await shareOfSpinning(context, program);
  const perSecond = (1000 * ((await syncs()) - before.syncs)) / (performance.now() - before.ms);
  if (perSecond > FEW_SYNCS)
    return failed(
      `Without a packet, your program synchronized the ring ${Math.round(perSecond)} times a second.`,
      'poll',
    );
  return judgeShare(share, share < LEAST_SHARE, 'poll');
}

async function staysBusy(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(BUSY, [SINK]);
  const share = await shareOfSpinning(context, program);
  return judgeShare(share, share > LEAST_SHARE, 'busy');
}

async function wakesUp(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(SLEEPING, [SINK]);
  for (const index of [0, 1, 2]) await sendAll(context, program, [wanted(index)]);
  await sendAll(context, program, times(3 * BATCH, wanted));
  const { packets: counted } = await total(program);
  const right = 3 + 3 * BATCH;
  return counted === right
    ? passed
    : failed(`Your program counted ${counted} packets, not ${right}.`, 'head');
}

async function reportsWhenIdle(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(SLEEPING, [SINK]);
  const lines = () => program.matches(/\d+ pps/).length;
  if (await context.until(() => lines() >= 2, 6000)) return passed;
  requireRunning(program);
  return failed(
    `In six seconds without a packet your program printed ${lines()} lines with a rate.`,
    'timeout',
  );
}

async function takesPackets(context: CheckContext): Promise<Verdict> {
  await count(context, BUSY, times(100, wanted));
  return passed;
}

async function goesAround(context: CheckContext): Promise<Verdict> {
  const frames = times(5 * BATCH, wanted);
  const { packets: counted } = await count(context, BUSY, frames);
  if (counted === frames.length) return passed;
  const hint = counted === 0 ? 'count' : counted > frames.length ? 'tail' : 'wrap';
  return failed(`Your program emptied the ring, and counted ${counted} packets of ${frames.length}.`, hint);
}

const RANGE = { first: 8000, last: 8009 };
const AROUND: readonly Frame[] = [
  ...times(20, (i) => udp({ dport: RANGE.first - 5 + i, padTo: 60 })),
  udp({ dport: 53, sport: RANGE.first + 1, padTo: 60 }),
  tcp({ dport: RANGE.first + 1, padTo: 60 }),
];

async function range(context: CheckContext): Promise<Verdict> {
  for (const [option, right] of [
    [`${RANGE.first}-${RANGE.last}`, RANGE.last - RANGE.first + 1],
    [`${RANGE.last}`, 1],
  ] as const) {
    const { packets: counted } = await count(context, ['./sink', '-i', SINK, '-p', option], AROUND);
    if (counted !== right)
      return failed(`With -p ${option}, ${counted} packets were counted, and not ${right}.`, 'range');
  }
  return passed;
}

export default defineChecks([
  {
    id: 'takes-packets',
    title: 'Takes packets off the ring',
    sent: '100 UDP packets to port 8000, while your program runs with -b.',
    expected: 'The program synchronizes the ring, looks at the packets and gives all their slots back.',
    run: takesPackets,
  },
  {
    id: 'goes-around',
    title: 'Goes around the ring',
    sent: '2560 packets in five batches: more than the ring has slots.',
    expected: 'The program counts 2560 packets, neither more nor fewer.',
    after: ['takes-packets'],
    run: goesAround,
  },
  {
    id: 'counts-port',
    title: 'Counts the packets to its port, and no others',
    sent: 'UDP packets to port 8000, to other ports and from port 8000, and TCP to port 8000, mixed.',
    expected: `The program counts the ${MIX.wanted} UDP packets to port 8000, and their bytes.`,
    after: ['takes-packets'],
    run: async (context) => judgeMix(await count(context, BUSY, MIX_FRAMES)),
  },
  {
    id: 'vlan',
    title: 'Looks behind VLAN tags',
    sent: 'Packets to ports 8000 and 8001 behind one VLAN tag and behind two.',
    expected: 'The program counts 10: those to port 8000, with tags and without.',
    after: ['counts-port'],
    run: counting(TAGGED, 10, 'vlan', 'Eight of them had VLAN tags and went to port 8000.'),
  },
  {
    id: 'ip-options',
    title: 'Looks behind IP options',
    sent: 'Packets to port 8000 with 4 to 40 bytes of IP options, and packets to port 53 whose options look like port 8000.',
    expected: 'The program counts 11: those to port 8000.',
    after: ['counts-port'],
    run: counting(
      WITH_OPTIONS,
      11,
      'ip-options',
      'The UDP header begins where the IP header ends, and options make that longer.',
    ),
  },
  {
    id: 'fragments',
    title: 'Is not deceived by fragments',
    sent: 'Three first fragments of packets to port 8000, and five later fragments that look like packets to port 8000.',
    expected: 'The program counts 3: a later fragment has no UDP header.',
    after: ['counts-port'],
    run: counting(FRAGMENTS, 3, 'fragments', 'Only the first fragment of a packet carries its UDP header.'),
  },
  {
    id: 'not-ipv4',
    title: 'Counts IPv4 only',
    sent: 'ARP, IPv6, ICMP, TCP and frames of unknown types, most of them with bytes that would be a packet to port 8000 in IPv4.',
    expected: 'The program counts 2: the IPv4 UDP packets to port 8000.',
    after: ['counts-port'],
    run: counting(NOT_IPV4, 2, 'ethertype', 'Only EtherType 0x0800 with version 4 is IPv4.'),
  },
  {
    id: 'short-frames',
    title: 'Believes no length',
    sent: `${GOOD_BEFORE} good packets, then frames cut off anywhere from byte 14 on, and frames whose length fields contradict each other.`,
    expected: `The program counts the ${GOOD_BEFORE} good ones, and goes on.`,
    after: ['goes-around', 'counts-port'],
    run: counting(
      SHORT_AND_WRONG,
      GOOD_BEFORE,
      'lengths',
      'A buffer still holds the end of the packet that was in it before.',
    ),
  },
  {
    id: 'sleeps',
    title: 'Sleeps when nothing arrives',
    sent: 'Nothing, while your program runs without -b, beside a program that does nothing but spin.',
    expected: 'The program sleeps in poll() and uses hardly any CPU time.',
    after: ['takes-packets'],
    run: staysAsleep,
  },
  {
    id: 'stays-busy',
    title: 'Never sleeps with -b',
    sent: 'Nothing, while your program runs with -b, beside a program that does nothing but spin.',
    expected: 'The program asks again and again, and uses as much CPU time as the one that spins.',
    after: ['takes-packets'],
    run: staysBusy,
  },
  {
    id: 'wakes',
    title: 'Wakes up for every packet',
    sent: 'Three single packets to the sleeping program, then 1536 more.',
    expected: 'The program counts 1539 packets.',
    after: ['goes-around'],
    run: wakesUp,
  },
  {
    id: 'reports',
    title: 'Prints a rate while it is idle',
    sent: 'Nothing, for some seconds, while your program runs without -b.',
    expected: 'The program prints a line with a rate once a second.',
    after: ['takes-packets'],
    run: reportsWhenIdle,
  },
  {
    id: 'range',
    title: 'Counts a range of ports',
    sent: `Packets to the ports ${RANGE.first - 5} to ${RANGE.first + 14}, with -p ${RANGE.first}-${RANGE.last}.`,
    expected: 'Ten of them are counted; with a single port, one.',
    run: range,
  },
]);
