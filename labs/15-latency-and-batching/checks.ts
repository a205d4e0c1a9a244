// SPDX-License-Identifier: BSD-2-Clause
import {
  type CheckContext,
  defineChecks,
  failed,
  frameBytes,
  type Program,
  packets,
  passed,
  strangeFrames,
  type Verdict,
} from '@ringlab/labkit';

const PORT = 'netmap:lat{1';
const ECHO_PORT = 'netmap:lat}1';

async function startEcho(context: CheckContext, ...options: readonly string[]): Promise<Program> {
  return await context.startWithPorts(['./echo', '-i', ECHO_PORT, ...options], ['lat}1']);
}

interface Report {
  readonly sent: number;
  readonly lost: number;
  readonly medianUs: number;
  readonly upperUs: number;
}

/** Its one line at the end; undefined when there is none. */
async function measure(context: CheckContext, ...options: readonly string[]): Promise<Report | undefined> {
  const program = await context.start(['./load', '-i', PORT, ...options]);
  await program.exit;
  const pattern = /sent (\d+), lost (\d+), median ([\d.]+) us, 75 % ([\d.]+) us/;
  const numbers = program.matches(pattern).at(-1)?.slice(1).map(Number);
  if (numbers === undefined) return undefined;
  const [sent = 0, lost = 0, medianUs = 0, upperUs = 0] = numbers;
  return { sent, lost, medianUs, upperUs };
}

const NOTHING = failed('The program ended without its line.', 'crashed');

interface Echoed {
  readonly packets: number;
  readonly batches: number;
  readonly largest: number;
}

async function echoed(echo: Program): Promise<Echoed> {
  await echo.stop();
  const [count = 0, batches = 0, largest = 0] =
    echo
      .matches(/^(\d+) packets, (\d+) batches, largest (\d+)/)
      .at(-1)
      ?.slice(1)
      .map(Number) ?? [];
  return { packets: count, batches, largest };
}

/** Of a histogram whose buckets are a sixteenth wide. */
const TOLERANCE = 1 / 16 + 0.001;

async function percentiles(context: CheckContext): Promise<Verdict> {
  const lists: readonly (readonly number[])[] = [
    [7],
    Array.from({ length: 1000 }, (_, index) => 1000 + index * 10),
    [...Array.from({ length: 900 }, () => 5000), ...Array.from({ length: 100 }, () => 9_000_000)],
    [...Array.from({ length: 10 }, () => 3), 4_000_000_000],
  ];
  for (const list of lists) {
    const verdict = await percentilesOf(context, list);
    if (!verdict.passed) return verdict;
  }
  return passed;
}

async function percentilesOf(context: CheckContext, numbers: readonly number[]): Promise<Verdict> {
  const folder = await context.put({ 'numbers.txt': `${numbers.join('\n')}\n` });
  const program = await context.start(['./percentiles', `${folder}/numbers.txt`]);
  await program.exit;
  const sorted = numbers.toSorted((a, b) => a - b);
  for (const percent of [0, 50, 90, 99, 100]) {
    const exact = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
    const found = Number(program.matches(new RegExp(`\\b${percent} % (\\d+)`)).at(-1)?.[1] ?? Number.NaN);
    if (!(found >= exact && found <= exact * (1 + TOLERANCE) + 1))
      return failed(
        `Of ${numbers.length} numbers from ${sorted[0]} to ${sorted.at(-1)}, ${percent} % do not exceed ${exact}; the program says ${found}.`,
        'percentile',
      );
  }
  return passed;
}

const PINGS = 40;
const DELAY_MS = 5;

async function pingPong(context: CheckContext): Promise<Verdict> {
  const echo = await startEcho(context, '-d', `${DELAY_MS * 1000}`);
  const report = await measure(context, '-n', `${PINGS}`, '-p');
  const { packets: count, largest } = await echoed(echo);
  if (report === undefined) return NOTHING;
  if (count !== PINGS || report.lost !== 0)
    return failed(`${count} of ${PINGS} packets were sent, and ${report.lost} are said to be lost.`, 'pings');
  if (largest > 1) return failed(`${largest} packets were under way at once.`, 'one-at-a-time');
  if (report.medianUs < DELAY_MS * 1000)
    return failed(
      `The echo takes ${DELAY_MS} ms for a packet, and the median is said to be ${report.medianUs} µs.`,
      'recorded',
    );
  return passed;
}

/** Of the right type and another length, of the right length and another type, without a byte, and all that networks have. */
const STRANGERS = [
  ...strangeFrames().map(frameBytes),
  ...[16, 41, 42, 49, 59, 61, 1500].map((bytes) =>
    frameBytes(packets.ethernet(0x88b5, new Uint8Array(bytes - 14).fill(0xff))),
  ),
  new Uint8Array(60).fill(0xff),
  new Uint8Array(1),
];
const STRANGE_PINGS = 3 * STRANGERS.length;
/** More than any echo takes here, and less than what a time would be that somebody else has written. */
const NOT_OURS_US = 60e6;

async function strangers(context: CheckContext): Promise<Verdict> {
  const lines = STRANGERS.map((frame) => `${packets.toHex(frame).replaceAll(' ', '')}\n`);
  const folder = await context.put({ 'frames.txt': lines.join('') });
  const echo = await startEcho(context, '-x', `${folder}/frames.txt`);
  const report = await measure(context, '-n', `${STRANGE_PINGS}`, '-p');
  const { packets: count, largest } = await echoed(echo);
  if (report === undefined) return NOTHING;
  const words = `Before each echo came a frame of somebody else.`;
  if (count !== STRANGE_PINGS || report.lost !== 0)
    return failed(
      `${words} ${count} of ${STRANGE_PINGS} packets were sent, and ${report.lost} are said to be lost.`,
      'strangers',
    );
  if (largest > 1) return failed(`${words} ${largest} packets were under way at once.`, 'strangers');
  if (report.upperUs < NOT_OURS_US) return passed;
  return failed(
    `${words} A quarter of the latencies is said to be ${report.upperUs} µs or more.`,
    'strangers',
  );
}

/** The next one is for a machine that is too busy to show at the last one what waited, and for what. */
const RATES_PPS = [2000, 500, 125] as const;
const PACED = 600;
const BATCH = 20;
const MARGIN = 4;

interface Paced {
  readonly report: Report | undefined;
  readonly came: Echoed;
}

async function paced(context: CheckContext, ...options: readonly string[]): Promise<Paced> {
  const echo = await startEcho(context);
  const report = await measure(context, ...options);
  return { report, came: await echoed(echo) };
}

const slowest = RATES_PPS[RATES_PPS.length - 1] ?? 0;
const dueMs = (ratePps: number) => (1000 * (PACED - 1)) / ratePps;

/** Beside the time that the program takes here and now to send a single packet. */
async function paces(context: CheckContext): Promise<Verdict> {
  const single = await timeMs(() => paced(context, '-n', '1', '-r', `${RATES_PPS[0]}`));
  const ratePps = RATES_PPS.find((rate) => dueMs(rate) >= MARGIN * single.tookMs) ?? slowest;
  const { tookMs, result } = await timeMs(() => paced(context, '-n', `${PACED}`, '-r', `${ratePps}`));
  if (result.report === undefined) return NOTHING;
  const count = result.came.packets;
  if (count !== PACED) return failed(`${count} of ${PACED} packets were sent.`, 'all');
  if (tookMs >= dueMs(ratePps)) return passed;
  return failed(`${PACED} packets at ${ratePps} a second were sent within ${tookMs.toFixed(0)} ms.`, 'paces');
}

async function timeMs<T>(work: () => Promise<T>): Promise<{ readonly tookMs: number; readonly result: T }> {
  const startedMs = performance.now();
  const result = await work();
  return { tookMs: performance.now() - startedMs, result };
}

/** In the middle, so long does a packet wait for its batch to become due. */
const waitUs = (ratePps: number) => ((BATCH - 1) / 2 / ratePps) * 1e6;
const WITHOUT_BATCHES = 200;

/** A rate at which the program without batches sends many, and at which its latency is far from the time that a batch takes. */
async function rateForBatches(context: CheckContext): Promise<number> {
  for (const ratePps of RATES_PPS) {
    const { report, came } = await paced(context, '-n', `${WITHOUT_BATCHES}`, '-r', `${ratePps}`);
    const isQuick = (report?.medianUs ?? 0) * MARGIN <= waitUs(ratePps);
    if (isQuick && came.batches >= (MARGIN * WITHOUT_BATCHES) / BATCH) return ratePps;
  }
  return slowest;
}

async function batches(context: CheckContext): Promise<Verdict> {
  const ratePps = await rateForBatches(context);
  const sent = PACED + 7;
  const { report, came } = await paced(context, '-n', `${sent}`, '-r', `${ratePps}`, '-b', `${BATCH}`);
  if (report === undefined) return NOTHING;
  if (came.packets !== sent) return failed(`${came.packets} of ${sent} packets were sent.`, 'all');
  const most = Math.ceil(sent / BATCH);
  if (came.batches > most)
    return failed(`${came.packets} packets came in ${came.batches} batches, in place of ${most}.`, 'batches');
  const dueUs = waitUs(ratePps);
  if (report.medianUs >= dueUs * 0.9) return passed;
  return failed(
    `A packet waits ${(dueUs / 1000).toFixed(1)} ms for its batch, in the middle, and the median is said to be ${(report.medianUs / 1000).toFixed(1)} ms.`,
    'due',
  );
}

const SLEEP_MS = 300;

async function stalled(context: CheckContext): Promise<Verdict> {
  await startEcho(context, '-s', `500:${SLEEP_MS}`);
  const report = await measure(context, '-n', '6000', '-r', '10000');
  if (report === undefined) return NOTHING;
  if (report.sent !== 6000 || report.lost > 0)
    return failed(`${report.sent} of 6000 packets were sent, and ${report.lost} are lost.`, 'all');
  if (report.upperUs >= (SLEEP_MS * 1000) / 3) return passed;
  return failed(
    `For ${SLEEP_MS} ms nothing went on, while half of all packets were due, and a quarter of them is said to have taken ${(report.upperUs / 1000).toFixed(1)} ms or more.`,
    'due',
  );
}

const SLOW_PPS = 100;
const SLOW_BATCH = 64;
const PATIENCE_MS = 20;

async function isPatient(context: CheckContext): Promise<Verdict> {
  const slow = ['-n', '128', '-r', `${SLOW_PPS}`, '-b', `${SLOW_BATCH}`];
  const { report } = await paced(context, ...slow, '-w', `${PATIENCE_MS * 1000}`);
  const { report: forever } = await paced(context, ...slow);
  if (report === undefined || forever === undefined) return NOTHING;
  if (report.lost > 0 || report.medianUs > forever.medianUs / 2)
    return failed(
      `A packet may wait ${PATIENCE_MS} ms for its batch, and the median is ${(report.medianUs / 1000).toFixed(0)} ms; with packets that wait as long as it takes, it is ${(forever.medianUs / 1000).toFixed(0)} ms.`,
      'impatient',
    );
  return await waitsForWholeBatches(context);
}

async function waitsForWholeBatches(context: CheckContext): Promise<Verdict> {
  const options = ['-n', `${PACED}`, '-r', `${RATES_PPS[0]}`, '-b', `${BATCH}`, '-w', '10000000'];
  const { came } = await paced(context, ...options);
  const most = Math.ceil(PACED / BATCH);
  if (came.batches <= most) return passed;
  return failed(
    `${came.packets} packets that could wait came in ${came.batches} batches, in place of ${most}.`,
    'whole-batches',
  );
}

const FLOOD = 5000;
const SLOW_US = 100;

async function floods(context: CheckContext): Promise<Verdict> {
  const echo = await startEcho(context, '-d', `${SLOW_US}`);
  const report = await measure(context, '-n', `${FLOOD}`, '-b', '64');
  const { packets: count } = await echoed(echo);
  if (report === undefined) return NOTHING;
  if (count !== FLOOD || report.lost > 0)
    return failed(`${count} of ${FLOOD} packets came to the echo, and ${report.lost} are lost.`, 'all');
  // Behind a thousand others, each of which takes so long.
  const queueUs = 1000 * SLOW_US;
  if (report.medianUs >= queueUs / 2) return passed;
  return failed(
    `A pipe full of packets that take ${SLOW_US} µs each is ${(queueUs / 1000).toFixed(0)} ms long, and the median is said to be ${(report.medianUs / 1000).toFixed(1)} ms.`,
    'stamped',
  );
}

export default defineChecks([
  {
    id: 'percentiles',
    title: 'Finds percentiles',
    sent: 'Four lists of numbers: one, a thousand even ones, two heaps, and one that is far off.',
    expected: 'The least, the median, 90 %, 99 % and the largest, to within a sixteenth.',
    run: percentiles,
  },
  {
    id: 'ping-pong',
    title: 'Plays ping-pong',
    sent: `${PINGS} pings to an echo that takes ${DELAY_MS} ms for each.`,
    expected: `One packet is under way at a time, and the median is no less than ${DELAY_MS} ms.`,
    after: ['percentiles'],
    run: pingPong,
  },
  {
    id: 'strangers',
    title: 'Takes no time out of what others send',
    sent: `${STRANGE_PINGS} pings, and before each echo a frame of somebody else: VLAN tags, IP options, fragments, lengths that lie, frames cut short, almost ours.`,
    expected: 'Each ping waits for its echo, and the latencies are those of echoes alone.',
    after: ['ping-pong'],
    run: strangers,
  },
  {
    id: 'paces',
    title: 'Keeps the rate',
    sent: `A single packet, to see how long that takes here; then ${PACED}, ${RATES_PPS[0]} a second, or fewer on a busy machine.`,
    expected: 'No packet leaves before it is due.',
    run: paces,
  },
  {
    id: 'batches',
    title: 'Sends in batches',
    sent: `${PACED + 7} packets, ${RATES_PPS[0]} a second, or fewer on a busy machine, in batches of ${BATCH}.`,
    expected: 'They come in whole batches, the last one smaller, and the time for which they wait counts.',
    after: ['paces', 'percentiles'],
    run: batches,
  },
  {
    id: 'stalled',
    title: 'Counts the time that is lost',
    sent: `6000 packets, 10000 a second, to an echo that falls asleep for ${SLEEP_MS} ms.`,
    expected: 'The latencies show that half of the packets had to wait.',
    after: ['paces', 'percentiles'],
    run: stalled,
  },
  {
    id: 'floods',
    title: 'Sends faster than anybody can receive',
    sent: `${FLOOD} packets as fast as there is room, to an echo that takes ${SLOW_US} µs for each.`,
    expected: 'Nothing is lost, and the latency is that of a full pipe.',
    after: ['percentiles'],
    run: floods,
  },
  {
    id: 'patience',
    title: 'Sends a batch that has waited for long enough',
    sent: `128 packets, ${SLOW_PPS} a second, in batches of ${SLOW_BATCH} that may wait ${PATIENCE_MS} ms, and as many that wait for their batch; then many packets that may wait for ever.`,
    expected: 'The first leave before their batch is full, the others in whole batches.',
    run: isPatient,
  },
]);
