// SPDX-License-Identifier: BSD-2-Clause
import {
  buildReference,
  busiestPort,
  type CheckContext,
  compareFrames,
  defineChecks,
  type Frame,
  failed,
  frameBytes,
  lastWords,
  type Program,
  packets,
  passed,
  passedWith,
  requireRunning,
  untilFull,
  type Verdict,
} from '@ringlab/labkit';

const { arp, cut, udp, udp6 } = packets;

const MARK = 0x6d656173;
const PORT = 4711;
/** Some rings full. */
const MANY = 9000;
/** No more than a receive ring holds, so that a switch drops nothing, however late its reader is. */
const FEW = 900;
const SMALL_RING = 64;
const LARGEST_RING = 4096;
const FEW_SYNCS = 200;

function payload(number: number, mark = MARK): Uint8Array {
  const bytes = new Uint8Array(18);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, mark);
  view.setUint32(4, number);
  return bytes;
}

type Made = ReturnType<typeof udp>;

/** As frame.h writes it. */
function numbered(number: number, more: Partial<Parameters<typeof udp>[0]> = {}): Made {
  return udp({
    srcMac: '02:00:00:00:00:10',
    dstMac: 'ff:ff:ff:ff:ff:ff',
    src: '10.0.0.1',
    dst: '10.0.0.255',
    sport: PORT,
    dport: PORT,
    id: 0,
    flags: 0,
    ttl: 64,
    udpChecksum: 0,
    payload: payload(number),
    ...more,
  });
}

const numberedUpTo = (count: number) =>
  Array.from({ length: count }, (_, number) => frameBytes(numbered(number)));

const HINTS = { missing: 'full', extra: 'once', changed: 'frame', twice: 'once', order: 'once' };

/** Whether these are the first `count` frames; when only the end is missing, it was never synchronized. */
function judgeNumbered(came: readonly Uint8Array[], count: number): Verdict {
  const expected = numberedUpTo(count);
  const lacking = count - came.length;
  const isBeginning = compareFrames(expected.slice(0, came.length), came, HINTS).passed;
  if (lacking > 0 && lacking < LARGEST_RING && isBeginning)
    return failed(`${came.length} of ${count} frames came, and the last ${lacking} did not.`, 'unsent');
  return compareFrames(expected, came, HINTS);
}

/** Runs until the pipe is full and nothing moves any more. */
async function sendUntilFull(context: CheckContext): Promise<Program> {
  const program = await context.start(['./send', '-i', 'netmap:p}1', '-n', `${MANY}`]);
  await untilFull(context, program, (now) => now.isOpen('p}1') && now.room('p}1') === 0);
  return program;
}

async function sendsAll(context: CheckContext): Promise<Verdict> {
  const program = await sendUntilFull(context);
  const { captured } = await context.exchange({
    capture: ['netmap:p{1'],
    until: (counters) =>
      counters.total('p{1', 'rx', 'packets') >= MANY ||
      (program.ended !== undefined && counters.isOpen('p{1') && counters.unread('p{1') === 0),
  });
  return judgeNumbered(captured['netmap:p{1'] ?? [], MANY);
}

async function sleeps(context: CheckContext): Promise<Verdict> {
  const program = await sendUntilFull(context);
  requireRunning(program);
  const { syncs } = await busiestPort(context, ['p}1'], FEW_SYNCS);
  if (syncs <= FEW_SYNCS) return passed;
  return failed(`While the pipe was full, the program synchronized ${syncs} times a second.`, 'sleeps');
}

/** A process that has been given the memory of a port, and sees no other, is what a machine is, but for the walls. */
const AS_GUEST =
  'UNETMAP_PASSTHROUGH="$PWD/$0" UNETMAP_DIR="$(mktemp -d)"; export UNETMAP_PASSTHROUGH UNETMAP_DIR; exec "$@"';

async function otherRing(context: CheckContext): Promise<Verdict> {
  const folder = await context.put({ 'readme.txt': 'The memory of a port that is passed through.\n' });
  const link = `${folder}/port`;
  const host = ['unetmap-passthrough', '-i', 'vale5:guest', '-l', link, '-C', `${SMALL_RING}`];
  await context.startWithPorts(host, ['vale5:guest']);
  let program: Promise<Program> | undefined;
  const { captured } = await context.exchange({
    capture: ['vale5:host'],
    until: (counters) => {
      if (counters.isOpen('vale5:host'))
        program ??= context.start([
          'sh',
          '-c',
          AS_GUEST,
          link,
          './send',
          '-i',
          'vale5:guest',
          '-n',
          `${FEW}`,
        ]);
      return counters.total('vale5:host', 'rx', 'packets') >= FEW;
    },
  });
  const came = captured['vale5:host'] ?? [];
  const verdict = judgeNumbered(came, FEW);
  if (verdict.passed) return passed;
  const words = program === undefined ? '' : lastWords(await program);
  return failed(`On a ring of ${SMALL_RING} slots: ${verdict.actual}${words}`, 'ring-size');
}

interface Row {
  readonly frames: number;
  readonly lost: number;
  readonly pps?: number;
}

/** What its table says of each way, the last time that it printed it. */
function rows(table: Program, ways: readonly string[]): Row[] {
  return ways.map((way) => {
    const found = table
      .matches(/^(\S+) +(\d+) frames, +(\d+) lost(?:, +(\d+) pps)?/)
      .filter((row) => row[1] === way)
      .at(-1);
    const pps = found?.[4] === undefined ? {} : { pps: Number(found[4]) };
    return { frames: Number(found?.[2] ?? Number.NaN), lost: Number(found?.[3] ?? Number.NaN), ...pps };
  });
}

const WAYS = ['vale6:host', 'netmap:t}1'] as const;
const INTO = ['vale6:peer', 'netmap:t{1'] as const;
const counterOf = (way: string) => way.replace('netmap:', '');

async function startTable(context: CheckContext): Promise<Program> {
  const options = WAYS.flatMap((way) => ['-i', way]);
  return await context.startWithPorts(['./table', ...options], WAYS.map(counterOf));
}

/** Sends frames by a way, and waits until they were taken. */
async function feed(context: CheckContext, way: number, frames: readonly Frame[]): Promise<void> {
  const counter = counterOf(WAYS[way] ?? '');
  const before = (await context.counters()).total(counter, 'rx', 'packets');
  await context.exchange({
    send: { [INTO[way] ?? '']: frames },
    until: (now) =>
      now.total(counter, 'rx', 'packets') - before >= frames.length && now.unread(counter) === 0,
  });
}

const good = numbered(7);
const FOREIGN: readonly Frame[] = [
  arp({ padTo: 60 }),
  udp6({ dport: PORT, payload: payload(90_001) }),
  numbered(90_002, { dport: PORT + 1 }),
  numbered(90_003, { payload: payload(90_003, MARK + 1) }),
  numbered(90_004, { fragmentOffset: 4 }),
  numbered(90_005, { vlans: [{ id: 7, priority: 3 }] }),
  numbered(90_006, { options: new Uint8Array(12).fill(1) }),
  packets.tcp({ dport: PORT, payload: payload(90_007), padTo: 60 }),
  numbered(90_008, { totalLength: 1400 }),
  numbered(90_009, { totalLength: 19 }),
  numbered(90_010, { totalLength: 45 }),
  numbered(90_011, { length: 3 }),
  numbered(90_012, { length: 1400 }),
  numbered(90_013, { headerWords: 15 }),
  numbered(90_014, { headerWords: 2 }),
  ...Array.from({ length: 46 }, (_, index) => cut(good, 14 + index)),
];
const OURS = [0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 20].map((number) => numbered(number));
const OURS_LOST = 10;

async function counts(context: CheckContext): Promise<Verdict> {
  const table = await startTable(context);
  await feed(context, 1, OURS);
  requireRunning(table);
  await table.stop();
  const [silent, measured] = rows(table, WAYS);
  if (silent?.frames !== 0 || measured?.frames !== OURS.length)
    return failed(
      `By the second way came ${OURS.length} frames, by the first none. The table says ${measured?.frames} and ${silent?.frames}.`,
      'counts',
    );
  if (measured.lost === OURS_LOST) return passed;
  return failed(
    `Of the numbers 0 to 20, ${OURS.length} came: ${OURS_LOST} frames are lost. The table says ${measured.lost}.`,
    'lost',
  );
}

async function foreign(context: CheckContext): Promise<Verdict> {
  const table = await startTable(context);
  await feed(context, 0, [...FOREIGN, ...OURS]);
  requireRunning(table);
  await table.stop();
  const [row] = rows(table, WAYS);
  if (row?.frames === OURS.length && row.lost === OURS_LOST) return passed;
  return failed(
    `${OURS.length} of the frames were ours, and ${OURS_LOST} of ours are lost. The table says ${row?.frames} and ${row?.lost}.`,
    'foreign',
  );
}

const SECOND_BATCH = 600;
const BETWEEN_MS = 500;

async function rate(context: CheckContext): Promise<Verdict> {
  const table = await startTable(context);
  await feed(context, 1, [numbered(0)]);
  const beforeMs = performance.now();
  await feed(context, 0, [numbered(0)]);
  await context.pause(BETWEEN_MS);
  await feed(
    context,
    0,
    Array.from({ length: SECOND_BATCH }, (_, index) => numbered(index + 1)),
  );
  const longestMs = performance.now() - beforeMs;
  // So long that whoever counts this time as well is found out.
  await context.pause(longestMs + 500);
  requireRunning(table);
  await table.stop();
  return judgeRate(rows(table, WAYS), longestMs);
}

function judgeRate([row, single]: readonly Row[], longestMs: number): Verdict {
  const [slowest, fastest] = [(SECOND_BATCH / longestMs) * 1000, (SECOND_BATCH / BETWEEN_MS) * 1000];
  if (single?.pps !== undefined)
    return failed(`One frame came by the second way, and the table says ${single.pps} pps.`, 'one-batch');
  const pps = row?.pps ?? 0;
  if (pps >= Math.floor(slowest) && pps <= Math.ceil(fastest)) return passed;
  return failed(
    `A frame came, and ${SECOND_BATCH} more half a second later, ${slowest.toFixed(0)} to ${fastest.toFixed(0)} a second. The table says ${pps} pps.`,
    'rate',
  );
}

const SOURCE = 0x11;
const NAMED_FRAMES = 40;

async function namesItself(context: CheckContext): Promise<Verdict> {
  const argv = ['./send', '-i', 'vale7:own', '-n', `${NAMED_FRAMES}`, '-s', `${SOURCE}`];
  let program: Promise<Program> | undefined;
  const { captured } = await context.exchange({
    capture: ['vale7:peer'],
    until: (now) => {
      if (now.isOpen('vale7:peer')) program ??= context.start(argv);
      return now.total('vale7:peer', 'rx', 'packets') >= NAMED_FRAMES;
    },
  });
  const expected = Array.from({ length: NAMED_FRAMES }, (_, number) =>
    frameBytes(numbered(number, { srcMac: `02:00:00:00:00:${SOURCE.toString(16)}` })),
  );
  const hints = { ...HINTS, missing: 'source', changed: 'source', extra: 'source' };
  const verdict = compareFrames(expected, captured['vale7:peer'] ?? [], hints);
  const words = program === undefined ? '' : lastWords(await program);
  return verdict.passed ? passed : { ...verdict, actual: `${verdict.actual}${words}` };
}

/** Three senders by one way, in turns. Of the first, ten frames are missing; of the others, none and two. */
const SENDERS: readonly (readonly [string, readonly number[]])[] = [
  ['02:00:00:00:00:10', [0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 20]],
  ['02:00:00:00:00:11', [0, 1, 2, 3, 4, 5, 6, 7, 8]],
  ['02:00:00:00:00:12', [0, 1, 4]],
];
const BY_ALL = Array.from({ length: 11 }, (_, turn) =>
  SENDERS.flatMap(([srcMac, numbers]) => {
    const number = numbers[turn];
    return number === undefined ? [] : [numbered(number, { srcMac })];
  }),
).flat();
const LOST_BY_ALL = 12;

async function tellsSenders(context: CheckContext): Promise<Verdict> {
  const table = await startTable(context);
  await feed(context, 0, BY_ALL);
  requireRunning(table);
  await table.stop();
  const [row] = rows(table, WAYS);
  if (row?.frames === BY_ALL.length && row.lost === LOST_BY_ALL) return passed;
  return failed(
    `${BY_ALL.length} frames of three senders came by one way, and ${LOST_BY_ALL} did not. The table says ${row?.frames} and ${row?.lost}.`,
    'senders',
  );
}

const MACHINE_WAYS = ['vale1:host', 'vale0:host', 'netmap:race{1'];
const IN_MACHINE = ['netmap:eth0', 'vale0:vm1', 'netmap:race}1'];
/** On a busy machine one round says little: the best of several counts, of either. */
const MOST_ROUNDS = 3;
const LEAST_SHARE = 0.4;

async function inMachine(context: CheckContext): Promise<Verdict> {
  const reference = await buildReference(context, import.meta.url);
  let [theirs, mine] = [NOTHING, NOTHING];
  let verdict: Verdict = passed;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    theirs = best(theirs, await raced(context, reference));
    const own = await raced(context, '.');
    const silent = silence(own);
    if (silent !== undefined) return silent;
    mine = best(mine, own);
    verdict = judgeRates(mine, theirs);
    if (verdict.passed) return verdict;
  }
  return verdict;
}

/** What a table outside says of frames that the same folder's program sends in the machine. */
type Raced = readonly Row[] | Verdict;
const NOTHING: Rates = MACHINE_WAYS.map(() => 0);
type Rates = readonly number[];

async function raced(context: CheckContext, folder: string): Promise<Raced> {
  const options = MACHINE_WAYS.flatMap((way) => ['-i', way]);
  const table = await context.startWithPorts([`${folder}/table`, ...options], MACHINE_WAYS.map(counterOf));
  for (const port of IN_MACHINE) {
    const program = await context.start([`${folder}/send`, '-i', port, '-t', '0.7'], { machine: 'vm1' });
    const { code, words } = await program.exit;
    if (code !== 0)
      return failed(`In the machine, ./send -i ${port} ${words}.${lastWords(program)}`, 'in-machine');
  }
  await context.until((now) => MACHINE_WAYS.every((way) => now.unread(counterOf(way)) === 0));
  requireRunning(table);
  await table.stop();
  return rows(table, MACHINE_WAYS);
}

const isVerdict = (result: Raced): result is Verdict => 'passed' in result;

/** What is wrong whatever the rates are. */
function silence(result: Raced): Verdict | undefined {
  if (isVerdict(result)) return result;
  const silent = result.findIndex(({ pps }) => pps === undefined || pps === 0);
  if (silent >= 0)
    return failed(`The table has no rate for what left the machine by ${IN_MACHINE[silent]}.`, 'in-machine');
  const lost = result[2]?.lost ?? 0;
  return lost > 0 ? failed(`Of what was sent into the pipe, ${lost} frames are lost.`, 'full') : undefined;
}

const best = (rates: Rates, result: Raced): Rates =>
  isVerdict(result) ? rates : rates.map((pps, way) => Math.max(pps, result[way]?.pps ?? 0));

const NAMES = ['backend', 'switch', 'pipe'];

function judgeRates(mine: Rates, theirs: Rates): Verdict {
  const measured = NAMES.map((name, way) => ({
    name,
    value: mpps(mine[way]),
    beside: `reference ${mpps(theirs[way])}`,
  }));
  const [backend = 0, vale = 0, pipe = 0] = mine;
  const words = `The backend carried ${backend} frames a second, the switch passed through ${vale}, the pipe ${pipe}`;
  const slow = mine.findIndex((pps, way) => pps < LEAST_SHARE * (theirs[way] ?? 0));
  if (slow >= 0)
    return failed(
      `${words}. With the solution, ${theirs[slow]} came by ${IN_MACHINE[slow]}, here and now.`,
      'slow',
      { measured },
    );
  const times = [vale, pipe].map((pps) => (pps / backend).toFixed(0));
  return passedWith(`${words}: ${times.join(' and ')} times the backend.`, measured);
}

const mpps = (pps = 0) => `${(pps / 1e6).toFixed(3)} Mpps`;

export default defineChecks([
  {
    id: 'sends-all',
    title: 'Sends every frame',
    sent: `./send -n ${MANY} into a pipe from which nobody reads at first.`,
    expected: `${MANY} frames come out of it, in order, the last one as well.`,
    run: sendsAll,
  },
  {
    id: 'sleeps',
    title: 'Sleeps while there is no room',
    sent: 'The same, and nobody reads.',
    expected: 'The program sleeps in poll().',
    after: ['sends-all'],
    run: sleeps,
  },
  {
    id: 'other-ring',
    title: 'Takes a ring as it is',
    sent: `./send -n ${FEW} by a port of a switch that was passed through, whose ring has ${SMALL_RING} slots. It runs in a process that sees nothing else.`,
    expected: 'All of them come out of the switch, in order.',
    after: ['sends-all'],
    run: otherRing,
  },
  {
    id: 'counts',
    title: 'Counts what came, and what did not',
    sent: 'Eleven frames with the numbers 0 to 20, the others missing, by one of two ways.',
    expected: `The table says 11 frames and ${OURS_LOST} lost for this way, and none for the other.`,
    run: counts,
  },
  {
    id: 'foreign',
    title: 'Counts nothing that is not ours',
    sent: 'ARP, IPv6, TCP, other ports, fragments, VLAN tags, IP options, lengths that lie, frames cut at every byte, and eleven of ours.',
    expected: 'Eleven frames.',
    after: ['counts'],
    run: foreign,
  },
  {
    id: 'rate',
    title: 'Measures the time in which frames came',
    sent: `A frame, ${SECOND_BATCH} more half a second later, and then nothing for a while. By the other way, one frame.`,
    expected: 'The rate between the first and the last of them; none for the other way.',
    after: ['counts'],
    run: rate,
  },
  {
    id: 'in-machine',
    title: 'Measures a machine',
    sent: './send in the machine, a moment by each way, while ./table runs outside; and the same with the solution, in the same machine.',
    expected: `Frames come by each way, at least ${LEAST_SHARE * 100} % of what the solution sends by it, and the pipe loses nothing.`,
    inMachine: true,
    after: ['sleeps', 'other-ring', 'foreign', 'rate'],
    run: inMachine,
  },
  {
    id: 'names-itself',
    title: 'Has a name as a sender',
    sent: `./send -s ${SOURCE} -n ${NAMED_FRAMES} into a switch.`,
    expected: `${NAMED_FRAMES} frames from 02:00:00:00:00:${SOURCE.toString(16)} come out of it.`,
    run: namesItself,
  },
  {
    id: 'tells-senders',
    title: 'Tells senders from each other',
    sent: 'Frames of three senders by one way, in turns, each with numbers of its own, and some of them missing.',
    expected: `The table says ${BY_ALL.length} frames, and ${LOST_BY_ALL} lost.`,
    run: tellsSenders,
  },
]);
