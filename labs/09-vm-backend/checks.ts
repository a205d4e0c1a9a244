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

const { arp, cut, tcp, udp, udp6 } = packets;

/** The backend is at one pipe, and what plays the card at another one. */
const PORT = 'b}1';
const PORT_PEER = 'b{1';
const CARD = 'c{1';
const CARD_PEER = 'c}1';
const FEW_SYNCS = 200;
const BUFFER_BYTES = 2048;

const named = (port: string) => `netmap:${port}`;

const HINTS: FrameHints = {
  missing: 'missing',
  extra: 'once',
  changed: 'changed',
  twice: 'once',
  order: 'once',
};

const FRAMES: readonly Frame[] = [
  ...Array.from({ length: 200 }, (_, index) => udp({ dport: 8000, id: index, padTo: 60 + index * 7 })),
  tcp({ dport: 80, padTo: 60 }),
  udp({ dport: 53, vlans: [{ id: 7, priority: 3 }], padTo: 64 }),
  udp({ dport: 53, options: new Uint8Array(12).fill(1) }),
  udp({ dport: 53, fragmentOffset: 4, payload: 'a fragment' }),
  udp({ dport: 53, totalLength: 1400, padTo: 60 }),
  udp6({ dport: 53, payload: 'IPv6' }),
  arp({ padTo: 60 }),
  ...Array.from({ length: 40 }, (_, index) => cut(udp({ dport: 53 }), index + 1)),
];

interface Pair {
  readonly socket: string;
  readonly backend: Program;
}

async function startBackend(context: CheckContext, port = PORT): Promise<Pair> {
  const folder = await context.put({ 'readme.txt': 'The socket of a backend.\n' });
  const socket = `${folder}/s`;
  const port0 = port.startsWith('vale') ? port : named(port);
  return { socket, backend: await context.startWithPorts(['./backend', '-i', port0, '-s', socket], [port]) };
}

async function plugIn(context: CheckContext, { socket }: Pair, port = CARD): Promise<Program> {
  return await context.startWithPorts(['./card', '-i', named(port), '-s', socket], [port]);
}

/** Frames into one end, and what came out of the other one. */
async function passThrough(
  context: CheckContext,
  [into, outOf]: readonly [string, string],
  frames: readonly Frame[],
  hints: FrameHints,
): Promise<Verdict> {
  const pair = await startBackend(context);
  await plugIn(context, pair);
  const { captured } = await context.exchange({
    send: { [named(into)]: frames },
    capture: [named(outOf)],
    until: (now) => now.total(outOf, 'rx', 'packets') >= frames.length,
  });
  requireRunning(pair.backend);
  return compareFrames(frames.map(frameBytes), captured[named(outOf)] ?? [], hints);
}

const intoPort = (context: CheckContext) => passThrough(context, [CARD_PEER, PORT_PEER], FRAMES, HINTS);

/** Fewer than a ring has slots, and more bytes than the buffer holds: they are there before the card is. */
const MORE_THAN_FITS = [
  ...FRAMES,
  ...Array.from({ length: 500 }, (_, id) => udp({ dport: 8000, id, padTo: 1500 })),
];

async function outOfPort(context: CheckContext): Promise<Verdict> {
  const pair = await startBackend(context);
  await sendInBackground(context, named(PORT_PEER), MORE_THAN_FITS);
  await context.until((now) => now.total(PORT_PEER, 'tx', 'packets') >= MORE_THAN_FITS.length);
  let card: Promise<Program> | undefined;
  const { captured } = await context.exchange({
    capture: [named(CARD_PEER)],
    until: (now) => {
      if (now.isOpen(CARD_PEER)) card ??= context.start(['./card', '-i', named(CARD), '-s', pair.socket]);
      return now.total(CARD_PEER, 'rx', 'packets') >= MORE_THAN_FITS.length;
    },
  });
  requireRunning(pair.backend);
  await card;
  const hints = { ...HINTS, missing: 'out', changed: 'out', extra: 'out' };
  return compareFrames(MORE_THAN_FITS.map(frameBytes), captured[named(CARD_PEER)] ?? [], hints);
}

/** A stream as a card says it, with lengths that need not be true. */
function stream(parts: readonly { readonly length: number; readonly bytes: Uint8Array }[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { bytes }) => sum + 4 + bytes.byteLength, 0));
  const view = new DataView(whole.buffer);
  let at = 0;
  for (const { length, bytes } of parts) {
    view.setUint32(at, length);
    whole.set(bytes, at + 4);
    at += 4 + bytes.byteLength;
  }
  return whole;
}

const spoken = (frames: readonly Frame[]) =>
  stream(frames.map(frameBytes).map((bytes) => ({ length: bytes.byteLength, bytes })));

/** Has a card say these bytes, so many at a time, and gives what came out of the port. */
async function saying(
  context: CheckContext,
  pair: Pair,
  { bytes, piece, until }: { bytes: Uint8Array; piece: number; until: (now: Counters) => boolean },
): Promise<readonly Uint8Array[]> {
  const folder = await context.put({ said: bytes });
  let card: Promise<Program> | undefined;
  const { captured } = await context.exchange({
    capture: [named(PORT_PEER)],
    until: (now) => {
      if (now.isOpen(PORT_PEER))
        card ??= context.start(['./card', '-s', pair.socket, '-f', `${folder}/said`, '-p', `${piece}`]);
      return until(now);
    },
  });
  await (await card)?.stop();
  requireRunning(pair.backend);
  return captured[named(PORT_PEER)] ?? [];
}

const arrived = (count: number) => (now: Counters) => now.total(PORT_PEER, 'rx', 'packets') >= count;

async function pieces(context: CheckContext): Promise<Verdict> {
  const pair = await startBackend(context);
  const frames = FRAMES.slice(0, 40);
  const came = await saying(context, pair, {
    bytes: spoken(frames),
    piece: 7,
    until: arrived(frames.length),
  });
  return compareFrames(frames.map(frameBytes), came, {
    ...HINTS,
    missing: 'pieces',
    changed: 'pieces',
    extra: 'pieces',
  });
}

async function lengths(context: CheckContext): Promise<Verdict> {
  const pair = await startBackend(context);
  const filled = (count: number) => new Uint8Array(count).fill(count & 0xff);
  const parts = [1, 0, BUFFER_BYTES, BUFFER_BYTES + 1, 60, 65_535, 0, 13, 61].map(filled);
  const expected = parts.filter(({ byteLength }) => byteLength > 0 && byteLength <= BUFFER_BYTES);
  const bytes = stream(parts.map((part) => ({ length: part.byteLength, bytes: part })));
  const came = await saying(context, pair, { bytes, piece: 4096, until: arrived(expected.length) });
  return compareFrames(expected, came, {
    ...HINTS,
    missing: 'lengths',
    changed: 'lengths',
    extra: 'lengths',
    twice: 'lengths',
    order: 'lengths',
  });
}

async function nonsense(context: CheckContext): Promise<Verdict> {
  const pair = await startBackend(context);
  const bytes = stream([{ length: 0x7fffffff, bytes: new Uint8Array(100) }]);
  const folder = await context.put({ said: bytes });
  const card = await context.start(['./card', '-s', pair.socket, '-f', `${folder}/said`]);
  const hungUp = await context.until(() => card.matches(/the backend hung up/).length > 0);
  await card.stop();
  requireRunning(pair.backend);
  if (!hungUp) return failed('The backend waits for a frame of two gigabytes.', 'nonsense');
  const frames = FRAMES.slice(0, 5);
  const came = await saying(context, pair, {
    bytes: spoken(frames),
    piece: 4096,
    until: arrived(frames.length),
  });
  return compareFrames(frames.map(frameBytes), came, { ...HINTS, missing: 'nonsense' });
}

/** More than two pipes, a socket and a buffer hold together. */
const FLOOD_FRAMES = 3200;
const FLOOD = Array.from({ length: FLOOD_FRAMES }, (_, id) =>
  udp({ dport: 8000, id, payload: `${id}`, padTo: 1000 }),
);

/** Nobody takes anything at the far end; then somebody does. */
async function waits(context: CheckContext, [into, outOf]: readonly [string, string]): Promise<Verdict> {
  const pair = await startBackend(context);
  await plugIn(context, pair);
  const sender = await sendInBackground(context, named(into), FLOOD);
  const blocked = into === PORT_PEER ? CARD : PORT;
  await untilFull(context, sender, (now) => now.room(blocked) === 0 && now.room(into) === 0);
  const { syncs } = await busiestPort(context, [PORT], FEW_SYNCS);
  const { captured } = await context.exchange({
    capture: [named(outOf)],
    until: (now) => sender.ended !== undefined && now.total(outOf, 'rx', 'packets') >= FLOOD_FRAMES,
  });
  requireRunning(pair.backend);
  const hints = { ...HINTS, missing: 'full' };
  const verdict = compareFrames(FLOOD.map(frameBytes), captured[named(outOf)] ?? [], hints);
  if (!verdict.passed || syncs <= FEW_SYNCS) return verdict;
  return failed(`While nothing could move, the port was synchronized ${syncs} times a second.`, 'sleeps');
}

const waitsForPort = (context: CheckContext) => waits(context, [CARD_PEER, PORT_PEER]);
const waitsForCard = (context: CheckContext) => waits(context, [PORT_PEER, CARD_PEER]);

/** Wall, user and system time in ns, and frames, with what they make of one frame. */
const GIVEN: readonly (readonly [string, readonly number[]])[] = [
  ['2000000000:300000000:1500000000:50000', [40_000, 6000, 30_000, 4000]],
  ['1000000000:1000000:9000000:1000', [1_000_000, 1000, 9000, 990_000]],
  ['1000000:900000:200000:10', [100_000, 90_000, 20_000, 0]],
  ['1000000000:5000:7000:0', [0, 0, 0, 0]],
];

const ROW =
  /^(\S+) +([\d.a-z-]+) ns a frame: +([\d.a-z-]+) program, +([\d.a-z-]+) kernel, +([\d.a-z-]+) behind; (\d+) frames/;

/** Of each way that it printed: its name, four costs, and frames. */
const rowsOf = (program: Program) =>
  program.matches(ROW).map(([, way = '', ...numbers]) => ({ way, numbers: numbers.map(Number) }));

async function splits(context: CheckContext): Promise<Verdict> {
  for (const [text, expected] of GIVEN) {
    const program = await context.start(['./journey', '-c', text]);
    await program.exit;
    const numbers = rowsOf(program)[0]?.numbers.slice(0, 4) ?? [];
    if (String(numbers) !== String(expected))
      return failed(
        `Of ${text} (wall, user, system, frames), a frame costs ${expected.join(', ')} ns; the program says ${numbers.join(', ') || 'nothing'}.`,
        'splits',
      );
  }
  return passed;
}

const LIMIT_PPS = 500;
/** What may come at once: what a tenth of a second gives. */
const LIMIT_BURST = LIMIT_PPS / 10;
const LIMITED = Array.from({ length: LIMIT_PPS }, (_, id) => udp({ dport: 8000, id, payload: `${id}` }));

/** The clock of each reading is read after it, so that a machine that is busy never looks like a program that hurries. */
async function limited(context: CheckContext): Promise<Verdict> {
  const folder = await context.put({ 'readme.txt': 'The socket of a backend.\n' });
  const socket = `${folder}/s`;
  const argv = ['./backend', '-i', named(PORT), '-s', socket, '-r', `${LIMIT_PPS}`];
  const backend = await context.start(argv);
  await context.until((now) => now.isOpen(PORT) || backend.ended !== undefined);
  if (backend.ended !== undefined)
    return failed(`With -r ${LIMIT_PPS}, the program ends at once.${lastWords(backend)}`, 'limit');
  await plugIn(context, { socket, backend });
  const startedMs = performance.now();
  let tooMany: Verdict | undefined;
  const { captured } = await context.exchange({
    send: { [named(CARD_PEER)]: LIMITED },
    capture: [named(PORT_PEER)],
    until: (now) => {
      const came = now.total(PORT, 'tx', 'packets');
      const seconds = (performance.now() - startedMs) / 1000;
      const words = `After ${seconds.toFixed(2)} s, ${came} frames had come from the machine.`;
      if (came > LIMIT_BURST + LIMIT_PPS * seconds) tooMany ??= failed(words, 'limit');
      return tooMany !== undefined || now.total(PORT_PEER, 'rx', 'packets') >= LIMITED.length;
    },
  });
  requireRunning(backend);
  if (tooMany !== undefined) return tooMany;
  const hints = { ...HINTS, missing: 'limit' };
  return compareFrames(LIMITED.map(frameBytes), captured[named(PORT_PEER)] ?? [], hints);
}

const WAYS = ['sendto', 'sendmmsg', 'netmap'];
/** Emulated, a machine takes its time. */
const MACHINE_MS = 15_000;

async function inMachine(context: CheckContext): Promise<Verdict> {
  const pair = await startBackend(context, 'vale0:vm1');
  await plugIn(context, pair, 'card{1');
  const journey = await context.start(['./journey', '-i', 'eth0', '-t', '0.5'], { machine: 'vm1' });
  await journey.exit;
  requireRunning(pair.backend);
  const rows = rowsOf(journey);
  const silent = WAYS.find((way) => !rows.some((row) => row.way === way && (row.numbers[4] ?? 0) > 0));
  if (silent !== undefined)
    return failed(`In the machine, ./journey sent nothing by ${silent}.${lastWords(journey)}`, 'machine');
  const sent = rows.reduce((sum, { numbers }) => sum + (numbers[4] ?? 0), 0);
  await context.until((now) => now.total('vale0:vm1', 'tx', 'packets') >= sent, MACHINE_MS);
  const came = (await context.counters()).total('vale0:vm1', 'tx', 'packets');
  if (came < sent * 0.95)
    return failed(`The machine sent ${sent} frames, and ${came} of them came to vale0.`, 'machine');
  const words = rows.map(
    ({ way, numbers: [total = 0, program, kernel, behind] }) =>
      `${way} ${total} ns (${program} program, ${kernel} kernel, ${behind} behind)`,
  );
  const measured = rows.map(({ way, numbers: [total = 0, program, kernel, behind] }) => ({
    name: `a frame by ${way}`,
    value: `${total} ns`,
    beside: `${program} program, ${kernel} kernel, ${behind} behind`,
  }));
  return passedWith(`${came} frames came to vale0. A frame took: ${words.join('; ')}.`, measured);
}

export default defineChecks([
  {
    id: 'pieces',
    title: 'Puts pieces together',
    sent: 'Forty frames, seven bytes at a time, so that reads end anywhere.',
    expected: 'Forty frames come out of the port.',
    run: pieces,
  },
  {
    id: 'into-port',
    title: 'Brings frames into the port',
    sent: `A card says ${FRAMES.length} frames, of UDP, TCP, ARP, IPv6, with tags and options, and some of fewer than 14 bytes.`,
    expected: 'All of them come out of the port, as they were, in order.',
    after: ['pieces'],
    run: intoPort,
  },
  {
    id: 'lengths',
    title: 'Leaves out what no slot can hold',
    sent: 'Frames of 0, 1, 13, 60, 61, 2,048, 2,049 and 65,535 bytes.',
    expected: 'Those of 1 to 2,048 bytes come out, in order.',
    after: ['into-port'],
    run: lengths,
  },
  {
    id: 'nonsense',
    title: 'Hangs up on nonsense',
    sent: 'The length of a frame of two gigabytes; then, by another card, five frames.',
    expected: 'The backend hangs up on the first, and serves the second.',
    after: ['into-port'],
    run: nonsense,
  },
  {
    id: 'out-of-port',
    title: 'Brings frames to the card',
    sent: `${FRAMES.length + 500} frames into the port, more than the buffer holds.`,
    expected: 'The card hears all of them, in order.',
    run: outOfPort,
  },
  {
    id: 'waits-for-port',
    title: 'Waits for a port that is full',
    sent: `A card says ${FLOOD_FRAMES} frames, and nobody reads from the port; then somebody does.`,
    expected: 'The backend sleeps while it is full, and in the end all frames come.',
    after: ['into-port', 'out-of-port'],
    run: waitsForPort,
  },
  {
    id: 'waits-for-card',
    title: 'Waits for a card that does not listen',
    sent: `${FLOOD_FRAMES} frames into the port, and the card takes nothing; then it does.`,
    expected: 'The backend sleeps meanwhile, and in the end the card hears all of them.',
    after: ['into-port', 'out-of-port'],
    run: waitsForCard,
  },
  {
    id: 'splits',
    title: 'Splits the cost',
    sent: 'Four sets of numbers, in one of which no frame was sent, and in one of which two processors worked at once.',
    expected: 'Total, program, kernel and the rest of one frame; nothing is below 0.',
    run: splits,
  },
  {
    id: 'in-machine',
    title: 'Follows frames out of a machine',
    sent: './journey in the machine, whose card is joined to yours, half a second by each way.',
    expected: 'Each way sends, and what is sent comes to vale0 through your backend.',
    inMachine: true,
    after: ['waits-for-port', 'waits-for-card', 'lengths', 'nonsense', 'splits'],
    run: inMachine,
  },
  {
    id: 'limited',
    title: 'Lets no machine be too loud',
    sent: `With -r ${LIMIT_PPS}: ${LIMIT_PPS} frames, as fast as the card can say them.`,
    expected: `At any time no more than ${LIMIT_PPS} a second and ${LIMIT_BURST} have come out of the port; in the end all of them, in order.`,
    run: limited,
  },
]);
