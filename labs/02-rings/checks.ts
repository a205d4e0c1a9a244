// SPDX-License-Identifier: BSD-2-Clause
import {
  buffersIn,
  busiestPort,
  type CheckContext,
  CheckFailure,
  type Counters,
  compareFrames,
  defineChecks,
  type Frame,
  failed,
  frameBytes,
  type Program,
  packets,
  passed,
  requireRunning,
  strangeFrames,
  type Verdict,
} from '@ringlab/labkit';

const { ethernet } = packets;

const HAND = 'vale0:hand';
const PEER = 'vale0:peer';
const PIPE = 'hand{1';
const PIPE_END = 'hand}1';
const FREE_TYPE = 0x88b5;
const FRAME_BYTES = 60;
const NUMBER_AT = 14;
const GROUP = 4;
/** In so many calls the program has been through a whole round. */
const ROUND_SYNCS = 3;
/** A round takes half a second at most; a busy machine takes its time. */
const ROUND_MS = 8000;
/** A program that sleeps needs a few; one that spins, hundreds of thousands. */
const FEW_SYNCS = 60;

function numbered(number: number): Frame {
  const payload = new Uint8Array(FRAME_BYTES - NUMBER_AT);
  new DataView(payload.buffer).setUint32(0, number);
  return ethernet(FREE_TYPE, payload);
}

const from = (first: number, count: number) => Array.from({ length: count }, (_, n) => numbered(first + n));

const numberOf = (frame: Uint8Array) =>
  new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(NUMBER_AT);

const start = (context: CheckContext, ...options: string[]) =>
  context.startWithPorts(['./byhand', '-i', HAND, ...options], [HAND]);

async function opens(context: CheckContext): Promise<Verdict> {
  await start(context);
  return passed;
}

/** A port whose rings are of sizes that no program guesses. */
async function maps(context: CheckContext): Promise<Verdict> {
  const made = await context.start(['vale-ctl', '-n', 'hand0', '-C', '256,512,1,1']);
  const { words, code } = await made.exit;
  if (code !== 0) throw new Error(`the port could not be made: ${words}`);
  const program = await context.startWithPorts(['./byhand', '-i', 'hand0'], ['hand0']);
  const told = () => program.matches(/tx ring of (\d+) slots, rx ring of (\d+) slots/).at(-1);
  await context.until(() => told() !== undefined);
  requireRunning(program);
  const [, tx, rx] = told() ?? [];
  if (tx === '256' && rx === '512') return passed;
  return failed(
    `The program saw a tx ring of ${tx} and an rx ring of ${rx} slots, not of 256 and 512.`,
    'wrong-ring',
  );
}

/** Whether frames are whole, and numbered one after the other. */
function judgeFrames(frames: readonly Uint8Array[]): Verdict {
  const wrong = frames.find(({ byteLength }) => byteLength !== FRAME_BYTES);
  if (wrong)
    return failed(`A frame of ${wrong.byteLength} bytes came, not of ${FRAME_BYTES}.`, 'wrong-length');
  const numbers = frames.map(numberOf);
  const first = numbers[0] ?? 0;
  const gap = numbers.findIndex((number, index) => number !== first + index);
  if (gap < 0) return passed;
  return failed(`Behind number ${numbers[gap - 1]} came number ${numbers[gap]}.`, 'wrong-number');
}

async function sends(context: CheckContext): Promise<Verdict> {
  const program = await start(context, '-n', '100000', '-b', '5');
  const { captured, settled } = await context.exchange({
    capture: [PEER],
    until: (counters) => counters.total(PEER, 'rx', 'packets') >= 10,
    quietMs: 3000,
  });
  requireRunning(program);
  const counters = await context.counters();
  if (!settled && counters.total(HAND, 'tx', 'bad') > 0)
    return failed('netmap refused frames for the length that their slots say.', 'wrong-length');
  if (!settled) return failed('No frame came out of the port.', 'nothing-sent');
  return judgeFrames(captured[PEER] ?? []);
}

/** What the program says at its end that it sent. */
async function sentBy(program: Program): Promise<number> {
  await program.stop();
  const line = program.matches(/sent (\d+) frames/).at(-1);
  if (!line)
    throw new CheckFailure(failed('The program ended without saying how much it sent.', 'wrong-count'));
  return Number(line[1]);
}

async function goesAround(context: CheckContext): Promise<Verdict> {
  const program = await start(context, '-n', '3000', '-b', '512');
  const all = (counters: Counters) => counters.total(HAND, 'tx', 'packets') >= 3000;
  const settled = await context.until(all, 8000);
  requireRunning(program);
  const taken = (await context.counters()).total(HAND, 'tx', 'packets');
  if (!settled) return failed(`netmap took ${taken} frames of 3000; the ring has 1024 slots.`, 'no-wrap');
  const said = await sentBy(program);
  if (said === 3000 && taken === 3000) return passed;
  return failed(`netmap took ${taken} frames, and the program says ${said}.`, 'wrong-count');
}

async function waitsForRoom(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(['./byhand', '-i', PIPE, '-n', '3000', '-b', '3000'], [PIPE]);
  const { captured, settled } = await context.exchange({
    capture: [`netmap:${PIPE_END}`],
    until: (counters) => counters.total(PIPE_END, 'rx', 'packets') >= 3000,
    quietMs: 2500,
  });
  requireRunning(program);
  const frames = captured[`netmap:${PIPE_END}`] ?? [];
  if (!settled) return failed(`${frames.length} frames of 3000 came through.`, 'beyond-tail');
  const verdict = judgeFrames(frames);
  return verdict === passed
    ? passed
    : failed('Frames are missing: slots were filled that still held one.', 'beyond-tail');
}

const shown = (program: Program) =>
  program.matches(/slot \d+, buffer \d+: \d+ bytes, number (\d+)/).map(([, number]) => Number(number));

/** Sends into the program's port and waits until all of it came there. */
async function deliver(context: CheckContext, program: Program, frames: readonly Frame[]): Promise<void> {
  const before = (await context.counters()).total(HAND, 'rx', 'packets');
  const until = (counters: Counters) => counters.total(HAND, 'rx', 'packets') >= before + frames.length;
  const { settled } = await context.exchange({ send: { [PEER]: frames }, until });
  requireRunning(program);
  if (!settled)
    throw new CheckFailure(failed('The ring was full: not all packets found a slot.', 'not-released'));
}

async function judgeShown(context: CheckContext, program: Program, count: number): Promise<Verdict> {
  await context.until((counters) => shown(program).length >= count && counters.unread(HAND) === 0, 4000);
  requireRunning(program);
  const unread = (await context.counters()).unread(HAND);
  const numbers = shown(program);
  if (unread > 0 && numbers.length > 0)
    return failed(
      `The program showed ${numbers.length} packets, and ${unread} slots were not released.`,
      'not-released',
    );
  if (numbers.length < count)
    return failed(`The program showed ${numbers.length} of ${count} packets.`, 'not-shown');
  if (numbers.length > count)
    return failed(`${count} packets came, and the program showed ${numbers.length}.`, 'shown-twice');
  const wrong = numbers.findIndex((number, index) => number !== index);
  return wrong < 0 ? passed : failed(`Packet ${wrong} was shown with number ${numbers[wrong]}.`, 'not-shown');
}

async function receives(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  await deliver(context, program, from(0, 10));
  await context.until(() => shown(program).length >= 10, 4000);
  await deliver(context, program, from(10, 10));
  const verdict = await judgeShown(context, program, 20);
  return verdict.passed ? await showsStrange(context, program, 20) : verdict;
}

const STRANGE = strangeFrames();

/** Frames that carry no number are shown with their length. */
async function showsStrange(context: CheckContext, program: Program, before: number): Promise<Verdict> {
  await deliver(context, program, STRANGE);
  await context.until(() => shown(program).length >= before + STRANGE.length, 4000);
  requireRunning(program);
  const lengths = program
    .matches(/: (\d+) bytes, number/)
    .slice(before)
    .map(([, bytes]) => Number(bytes));
  const expected = STRANGE.map((frame) => frameBytes(frame).byteLength);
  const wrong = expected.findIndex((bytes, index) => lengths[index] !== bytes);
  if (wrong < 0) return passed;
  return failed(
    `A frame of ${expected[wrong]} bytes was shown with ${lengths[wrong] ?? 'none'}.`,
    'any-length',
  );
}

async function releases(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  for (let first = 0; first < 1500; first += 500) {
    await deliver(context, program, from(first, 500));
    if (!(await context.until((counters) => counters.unread(HAND) === 0, 4000)))
      return await judgeShown(context, program, first + 500);
  }
  return await judgeShown(context, program, 1500);
}

/** Waits until the program has been through a round since now, and has shown what it would show. */
async function aRound(context: CheckContext): Promise<void> {
  const syncs = (counters: Counters) => counters.total(HAND, 'rx', 'syncs');
  const before = syncs(await context.counters());
  await context.until((now) => syncs(now) >= before + ROUND_SYNCS, ROUND_MS);
}

async function wholeGroups(context: CheckContext): Promise<Verdict> {
  const program = await start(context, '-g', String(GROUP));
  await deliver(context, program, from(0, GROUP - 1));
  await aRound(context);
  if (shown(program).length > 0)
    return failed(
      `${GROUP - 1} packets came, and the program showed ${shown(program).length} of them.`,
      'early',
    );
  await deliver(context, program, from(GROUP - 1, 1 + 2 * GROUP + 1));
  await context.until(() => shown(program).length >= 3 * GROUP, 4000);
  await aRound(context);
  const count = shown(program).length;
  const words = `${3 * GROUP + 1} packets came, and the program showed ${count} of them.`;
  if (count < 3 * GROUP) return failed(words, 'late');
  return count === 3 * GROUP ? passed : failed(words, 'early');
}

async function sleeps(context: CheckContext): Promise<Verdict> {
  const program = await start(context, '-g', String(GROUP));
  await deliver(context, program, from(0, GROUP - 1));
  const { syncs } = await busiestPort(context, [HAND], FEW_SYNCS);
  requireRunning(program);
  if (syncs <= FEW_SYNCS) return passed;
  return failed(
    `While it waited for the rest of a group the program synced ${syncs} times a second.`,
    'spins',
  );
}

const RETURNED = 40;
const RETURN_HINTS = {
  missing: 'send-back',
  extra: 'send-back',
  changed: 'exchange',
  twice: 'exchange',
  order: 'send-back',
};

async function exchanges(context: CheckContext): Promise<Verdict> {
  const program = await context.start(['./byhand', '-i', HAND, '-e']);
  await context.until((counters) => counters.isOpen(HAND) || program.ended !== undefined);
  if (program.ended !== undefined) return failed('With -e, the program ends at once.', 'send-back');
  const before = await buffersIn(context, `${HAND}/tx0`);
  const frames = [...from(0, RETURNED - STRANGE.length / 4), ...STRANGE.slice(0, STRANGE.length / 4)];
  const { captured } = await context.exchange({
    send: { [PEER]: frames },
    capture: [PEER],
    until: (counters) => counters.total(PEER, 'rx', 'packets') >= frames.length,
  });
  requireRunning(program);
  const verdict = compareFrames(frames.map(frameBytes), captured[PEER] ?? [], RETURN_HINTS);
  if (!verdict.passed) return verdict;
  const now = new Set(await buffersIn(context, `${HAND}/rx0`));
  const exchanged = before.filter((buffer) => now.has(buffer)).length;
  if (exchanged >= frames.length) return passed;
  return failed(
    `${frames.length} packets came back, and ${exchanged} buffers of the tx ring are in the rx ring now.`,
    'exchange',
  );
}

export default defineChecks([
  {
    id: 'opens',
    title: 'Opens a port',
    sent: 'Nothing: your program is started with the port vale0:hand.',
    expected: 'The port is there.',
    run: opens,
  },
  {
    id: 'maps',
    title: 'Finds its rings',
    sent: 'Nothing: your program is started with a port whose tx ring has 256 slots, and its rx ring 512.',
    expected: 'The program says so.',
    after: ['opens'],
    run: maps,
  },
  {
    id: 'sends',
    title: 'Sends what it put into slots',
    sent: 'Nothing: your program sends five frames a round.',
    expected: `Frames of ${FRAME_BYTES} bytes leave the port, numbered one after the other.`,
    after: ['maps'],
    run: sends,
  },
  {
    id: 'goes-around',
    title: 'Goes around the ring',
    sent: 'Nothing: your program sends 3000 frames, 512 a round, through a ring of 1024 slots.',
    expected: 'All of them are taken, and the program says that it sent 3000.',
    after: ['sends'],
    run: goesAround,
  },
  {
    id: 'waits-for-room',
    title: 'Fills its own slots only',
    sent: 'Nothing: your program wants to send 3000 frames at once, into a pipe that nobody reads at first.',
    expected:
      'It fills what room there is, and the rest later. All 3000 come out of the other end, in order.',
    after: ['goes-around'],
    run: waitsForRoom,
  },
  {
    id: 'receives',
    title: 'Shows what came, once',
    sent: 'Ten numbered frames, ten more, and then VLAN tags, IP options, fragments, frames cut short, lengths that lie.',
    expected: 'The program shows each of them once, in their order, with its length.',
    after: ['maps'],
    run: receives,
  },
  {
    id: 'releases',
    title: 'Gives slots back',
    sent: '1500 numbered frames, 500 at a time, into a ring of 1024 slots.',
    expected: 'None finds the ring full, and the program shows them all.',
    after: ['receives'],
    run: releases,
  },
  {
    id: 'whole-groups',
    title: 'Releases whole groups',
    sent: `With -g ${GROUP}: three frames; then ten more.`,
    expected: 'The program shows nothing at first, and then twelve.',
    after: ['receives'],
    run: wholeGroups,
  },
  {
    id: 'sleeps',
    title: 'Sleeps with packets in the ring',
    sent: `With -g ${GROUP}: three frames, and then nothing for a second.`,
    expected: 'The program waits in poll() for the fourth.',
    after: ['whole-groups'],
    run: sleeps,
  },
  {
    id: 'exchanges',
    title: 'Sends back by exchanging buffers',
    sent: `With -e: ${RETURNED} frames, some of them strange.`,
    expected: 'They come back as they were, and their buffers are exchanged for those of the tx ring.',
    run: exchanges,
  },
]);
