// SPDX-License-Identifier: BSD-2-Clause
import {
  buildReference,
  type CheckContext,
  CheckFailure,
  compareFrames,
  cpuPerPacketNs,
  defineChecks,
  type FrameHints,
  failed,
  firstFailure,
  frameBytes,
  type Identity,
  judgeTraffic,
  numberedPacket,
  type Program,
  passed,
  passedWith,
  probeIdentity,
  requireRunning,
  sendThrough,
  strangeFrames,
  type Traffic,
  type Verdict,
} from '@ringlab/labkit';

const BATCH = 300;
const PROBE_PACKETS = 3000;
const LIE_EVERY = 10;
const SHARED = { in: 'net}1', out: 'net{2', into: 'netmap:net{1', outOf: 'netmap:net}2' };
const MIRROR = 'vale0:mirror';
const WATCH = 'vale0:watch';

const HINTS: FrameHints = {
  missing: 'missing',
  extra: 'once',
  changed: 'bytes',
  twice: 'once',
  order: 'once',
};

interface Way {
  readonly in: string;
  readonly out: string;
  readonly into: string;
  readonly outOf: string;
}

function batches(count: number, packets = BATCH) {
  return Array.from({ length: count }, (_, at) =>
    Array.from({ length: packets }, (_, index) => numberedPacket(at * packets + index)),
  );
}

/** Ports as the command line names them; the counters' names have neither `netmap:` nor a region. */
const start = (context: CheckContext, way: Way, ...options: string[]): Promise<Program> =>
  startProgram(context, './mirror', way, options);

async function startProgram(
  context: CheckContext,
  binary: string,
  way: Way,
  options: readonly string[] = [],
): Promise<Program> {
  const named = (port: string) => (port.startsWith('vale') ? port : `netmap:${port}`);
  return await context.startWithPorts(
    [binary, '-i', named(way.in), '-o', named(way.out), ...options],
    [way.in, way.out].map((port) => port.replace(/@\d+$/, '')),
  );
}

function onWay(way: Way, frames: Traffic['frames']): Traffic {
  const via = way.in.startsWith('vale') ? way.in.replace(/@\d+$/, '') : `netmap:${way.in}`;
  return { into: way.into, outOf: way.outOf, via, frames, expected: frames };
}

/** So many batches, or up to the first that does not come out as it went in. */
async function passesOn(
  context: CheckContext,
  program: Program,
  way: Way,
  { hints = HINTS, count = 5 } = {},
): Promise<Verdict> {
  for (const frames of [...batches(count), strangeFrames()]) {
    const traffic = onWay(way, frames);
    const verdict = judgeTraffic(await sendThrough(context, program, [traffic]), traffic, hints);
    if (!verdict.passed) return verdict;
  }
  return passed;
}

const SWITCHES: Way = { in: 'vale0:in', out: 'vale1:out', into: 'vale0:peer', outOf: 'vale1:peer' };

async function copies(context: CheckContext): Promise<Verdict> {
  return await passesOn(context, await start(context, SWITCHES, '-c'), SWITCHES);
}

async function identity(
  context: CheckContext,
  options: readonly string[],
  lieEvery = 0,
): Promise<Identity & { readonly program: Program }> {
  const program = await start(context, SHARED, ...options);
  const { into, outOf } = SHARED;
  const plan = { into, outOf, udpPort: 8000, packets: PROBE_PACKETS, lieEvery };
  const seen = await probeIdentity(context, plan);
  requireRunning(program);
  return { ...seen, program };
}

/** What holds for packets that came out, however they were passed on. */
function overwritten({ received, intact, lies }: Identity): Verdict {
  if (lies > 0) return failed(`${lies} packets that claim to have 65535 bytes were passed on.`, 'length');
  if (intact === received) return passed;
  return failed(`${received - intact} of ${received} honest packets were overwritten.`, 'length');
}

async function doubtsLengths(context: CheckContext): Promise<Verdict> {
  const seen = await identity(context, ['-c'], LIE_EVERY);
  const { sent, received } = seen;
  const lost = failed(`Of ${sent} honest packets, ${received} came out.`, 'missing');
  return firstFailure(overwritten(seen), received < sent ? lost : passed);
}

async function exchanges(context: CheckContext): Promise<Verdict> {
  const seen = await identity(context, [], LIE_EVERY);
  const { sent, received, intact, sameBuffer, flagged, untold, doubled } = seen;
  if (received === 0) return failed(`None of ${sent} packets came out.`, 'missing');
  if (sameBuffer === 0)
    return failed('Every packet came out in another buffer than it was sent in: it was copied.', 'swap');
  if (flagged < sameBuffer)
    return failed(
      `${sameBuffer - flagged} of ${received} slots came out with another buffer than they had, and did not say NS_BUF_CHANGED.`,
      'flag',
    );
  if (untold > 0)
    return failed(
      `${untold} slots came back to the sender without NS_BUF_CHANGED, so it went on using the packets' buffers; ${received - intact} packets were overwritten.`,
      'flag-back',
    );
  if (doubled > 0)
    return failed(
      `${doubled} buffers are in two slots at once, and ${received - intact} packets were overwritten.`,
      'give-back',
    );
  if (sameBuffer < intact)
    return failed(`${intact - sameBuffer} of ${received} packets were copied.`, 'swap');
  const lost = failed(`${received} of ${sent} packets came out.`, 'missing');
  return firstFailure(overwritten(seen), received < sent ? lost : passed);
}

/** Whether or not memory is shared, packets come out as they went in. */
const WAYS: readonly (Way & { readonly words: string })[] = [
  { ...SWITCHES, words: 'Between two switches' },
  { in: 'a}1', out: 'b{1', into: 'netmap:a{1', outOf: 'netmap:b}1', words: 'Between pipes of two names' },
  {
    ...SWITCHES,
    in: 'vale0:in@1',
    out: 'vale1:out@1',
    words: 'Between two switches, with both ports in region 1',
  },
];

async function looksAtRegions(context: CheckContext): Promise<Verdict> {
  const hints = { ...HINTS, missing: 'region', changed: 'region', twice: 'region' };
  for (const way of WAYS) {
    const program = await start(context, way);
    const verdict = await passesOn(context, program, way, { hints, count: 2 });
    if (!verdict.passed) return { ...verdict, actual: `${way.words}: ${verdict.actual}` };
    await program.stop();
  }
  return passed;
}

async function mirrors(context: CheckContext): Promise<Verdict> {
  for (const options of [
    ['-m', MIRROR],
    ['-m', MIRROR, '-c'],
  ]) {
    const program = await start(context, SHARED, ...options);
    const hints = { ...HINTS, missing: 'mirror', changed: 'mirror', twice: 'mirror' };
    for (const frames of batches(2)) {
      const traffic = onWay(SHARED, frames);
      const shown: Traffic = { into: SHARED.into, outOf: WATCH, via: traffic.via, frames, expected: frames };
      const exchanged = await sendThrough(context, program, [traffic, shown]);
      const verdict = firstFailure(
        judgeTraffic(exchanged, traffic, HINTS),
        judgeTraffic(exchanged, shown, hints),
      );
      if (!verdict.passed) return verdict;
    }
    await program.stop();
  }
  return passed;
}

async function neverHeldUp(context: CheckContext): Promise<Verdict> {
  const program = await start(context, SHARED, '-m', 'netmap:spare{1');
  const hints = { ...HINTS, missing: 'mirror-full' };
  return await passesOn(context, program, SHARED, { hints });
}

const MEASURED_PACKETS = 2_000_000;
const MEASURED_BYTES = 2000;
/** What is exchanged costs a tenth of what is copied, on most machines. */
const LEAST_RATIO = 2;
/** On a busy machine one round says little: the best of several counts, of either. */
const MOST_ROUNDS = 3;

async function measured(context: CheckContext, binary: string, ...options: string[]): Promise<number> {
  const program = await startProgram(context, binary, SHARED, options);
  const plan = { ...SHARED, packets: MEASURED_PACKETS, bytes: MEASURED_BYTES };
  const cpuNs = await cpuPerPacketNs(context, program, plan);
  await program.stop();
  if (cpuNs === undefined) throw new CheckFailure(failed('Not all packets came out.', 'missing'));
  return cpuNs;
}

async function worthIt(context: CheckContext): Promise<Verdict> {
  const copied = await identity(context, ['-c']);
  if (copied.sameBuffer > 0) return failed('With -c, packets were exchanged, and not copied.', 'option');
  await copied.program.stop();
  const reference = await buildReference(context, import.meta.url);
  let [copyNs, swapNs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    copyNs = Math.min(copyNs, await measured(context, `${reference}/mirror`, '-c'));
    swapNs = Math.min(swapNs, await measured(context, './mirror'));
    if (copyNs >= LEAST_RATIO * swapNs) break;
  }
  return judgeCosts(copyNs, swapNs);
}

function judgeCosts(copyNs: number, swapNs: number): Verdict {
  const figures = [
    { name: 'exchanged', value: `${swapNs.toFixed(0)} ns`, beside: 'of processor time, a packet' },
    { name: 'copied', value: `${copyNs.toFixed(0)} ns`, beside: 'by the reference solution' },
    { name: 'ratio', value: `${(copyNs / swapNs).toFixed(1)} x`, beside: 'what copying costs' },
  ];
  const words = `A packet of ${MEASURED_BYTES} bytes took the reference ${copyNs.toFixed(0)} ns of processor time when it copied, and your program ${swapNs.toFixed(0)} ns when it exchanged buffers.`;
  if (copyNs >= LEAST_RATIO * swapNs) return passedWith(words, figures);
  return failed(words, 'touches', { measured: figures });
}

const SNAP = 64;

async function showsBeginning(context: CheckContext): Promise<Verdict> {
  const { in: input, out } = SHARED;
  const options = ['-m', MIRROR, '-s', `${SNAP}`];
  const program = await context.start([
    './mirror',
    '-i',
    `netmap:${input}`,
    '-o',
    `netmap:${out}`,
    ...options,
  ]);
  const isReady = await context.until((now) => now.isOpen('vale0:mirror') || program.ended !== undefined);
  if (!isReady || program.ended !== undefined)
    return failed(`With -s ${SNAP}, the program ends at once.`, 'beginning');
  const frames = [...(batches(1)[0] ?? []), ...strangeFrames()];
  const expected = frames.map((frame) => frameBytes(frame).subarray(0, SNAP));
  const { captured } = await context.exchange({
    send: { [SHARED.into]: frames },
    capture: [SHARED.outOf, WATCH],
    until: (now) =>
      now.total('net}2', 'rx', 'packets') >= frames.length &&
      now.total(WATCH, 'rx', 'packets') >= frames.length,
  });
  requireRunning(program);
  const hint = 'beginning';
  const hints = { missing: hint, extra: hint, changed: hint, twice: hint, order: hint };
  return firstFailure(
    compareFrames(frames.map(frameBytes), captured[SHARED.outOf] ?? [], HINTS),
    compareFrames(expected, captured[WATCH] ?? [], hints),
  );
}

export default defineChecks([
  {
    id: 'copies',
    title: 'Copies between switches',
    sent: `1500 packets of 60 to 1459 bytes into ${SWITCHES.into}, with -c; then VLAN tags, IP options, fragments, frames cut short, lengths that lie.`,
    expected: `The same packets, in the same order, come out of ${SWITCHES.outOf}.`,
    run: copies,
  },
  {
    id: 'doubts-lengths',
    title: 'Believes no length',
    sent: `${PROBE_PACKETS} packets through a pipe; in between, slots that claim 65535 bytes.`,
    expected: 'The honest ones come out untouched, and the others are dropped.',
    after: ['copies'],
    run: doubtsLengths,
  },
  {
    id: 'exchanges',
    title: 'Exchanges buffers where memory is shared',
    sent: `${PROBE_PACKETS} packets through two pipes of one name, to a reader that begins late.`,
    expected:
      'Each arrives in the very buffer it was sent in, and every slot that got another buffer says so.',
    after: ['doubts-lengths'],
    run: exchanges,
  },
  {
    id: 'looks-at-regions',
    title: 'Copies where it is not',
    sent: '600 packets each between two switches, between pipes of two names, and between switch ports of one region.',
    expected: 'They come out as they went in.',
    after: ['exchanges'],
    run: looksAtRegions,
  },
  {
    id: 'mirrors',
    title: 'Shows every packet to the mirror',
    sent: `600 packets from ${SHARED.in} to ${SHARED.out}, with ${MIRROR} as the mirror, exchanged and copied.`,
    expected: `All of them come out of net}2, and all of them at ${WATCH}.`,
    after: ['exchanges'],
    run: mirrors,
  },
  {
    id: 'never-held-up',
    title: 'Is never held up by the mirror',
    sent: '1500 packets, while the mirror is a pipe that nobody reads.',
    expected: 'All of them come out of net}2, as if there were no mirror.',
    after: ['mirrors'],
    run: neverHeldUp,
  },
  {
    id: 'worth-it',
    title: 'Exchanging costs half of copying, or less',
    sent: `${MEASURED_PACKETS / 1e6} million packets of ${MEASURED_BYTES} bytes, through the reference solution with -c, and through yours without.`,
    expected: `With -c yours copies, too; without, a packet takes at most 1/${LEAST_RATIO} of the processor time that the reference takes to copy it.`,
    after: ['exchanges', 'looks-at-regions'],
    run: worthIt,
  },
  {
    id: 'beginning',
    title: 'Shows only the beginning',
    sent: `Packets from ${SHARED.in} to ${SHARED.out} with -s ${SNAP}, long, short and strange.`,
    expected: `They come out whole, and their first ${SNAP} bytes at ${WATCH}.`,
    run: showsBeginning,
  },
]);
