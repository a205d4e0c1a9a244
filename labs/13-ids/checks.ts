// SPDX-License-Identifier: BSD-2-Clause
import {
  buildReference,
  type CheckContext,
  type Counters,
  compareFrames,
  cpuPerPacketNs,
  defineChecks,
  type Frame,
  failed,
  frameBytes,
  numberedPacket,
  type Program,
  packets,
  passed,
  requireRunning,
  sendThrough,
  type Verdict,
} from '@ringlab/labkit';

const { arp, cut, ethernet, tcp, udp, udp6 } = packets;

const IN = 'netmap:ids{1';
const OUT = 'netmap:ids}2';
const PORTS = ['ids}1', 'ids{2'];

type Rules = Readonly<Record<string, string>>;
/** How often each signature must be found; one that is not named, never. */
type Hits = Readonly<Record<string, number>>;

async function start(context: CheckContext, rules: Rules, program = './ids'): Promise<Program> {
  const lines = Object.entries(rules).map(([name, signature]) => `${name} ${signature}\n`);
  const folder = await context.put({ 'rules.txt': lines.join('') });
  return await context.startWithPorts(
    [program, '-i', 'netmap:ids}1', '-o', 'netmap:ids{2', '-r', `${folder}/rules.txt`],
    PORTS,
  );
}

/** One thing that is tried: frames in order, what they must be found to have, and the hint when they are not. */
interface Case {
  readonly what: string;
  readonly frames: readonly Frame[];
  readonly rules: Rules;
  readonly hits: Hits;
  readonly hint: string;
}

async function tryCases(context: CheckContext, cases: readonly Case[]): Promise<Verdict> {
  for (const one of cases) {
    const verdict = await tryCase(context, one);
    if (!verdict.passed) return verdict;
  }
  return passed;
}

async function tryCase(context: CheckContext, { what, frames, rules, hits, hint }: Case): Promise<Verdict> {
  const program = await start(context, rules);
  await sendThrough(context, program, [
    { into: IN, outOf: OUT, via: 'netmap:ids}1', frames, expected: frames },
  ]);
  const found = await hitsOf(program);
  const wrong = Object.keys(rules).find((name) => found.get(name) !== (hits[name] ?? 0));
  if (wrong === undefined) return passed;
  return failed(
    `${what}: the rule ${wrong} (${rules[wrong]}) has ${found.get(wrong) ?? 'no number of'} hits in place of ${hits[wrong] ?? 0}.`,
    hint,
  );
}

/** What the program says when it is stopped. */
async function hitsOf(program: Program): Promise<ReadonlyMap<string, number>> {
  await program.stop();
  return new Map(
    program.matches(/^rule (\S+): (\d+) hits/).map(([, name = '', hits]) => [name, Number(hits)]),
  );
}

const text = (payload: string): Frame => udp({ dport: 80, payload });

const WORDS: Rules = { he: 'he', she: 'she', his: 'his', hers: 'hers' };

const finds = (context: CheckContext) =>
  tryCases(context, [
    {
      what: 'A datagram of "xxhisxx", and one of "hers", from the first byte to the last',
      frames: [text('xxhisxx'), text('hers')],
      rules: WORDS,
      hits: { his: 1, he: 1, hers: 1 },
      hint: 'tree',
    },
    {
      what: 'A datagram of "ababac", where the beginning of the signature stands in vain first',
      frames: [text('ababac')],
      rules: { abac: 'abac', bb: 'bb' },
      hits: { abac: 1 },
      hint: 'back',
    },
    {
      what: 'A datagram of "ushers", where signatures overlap',
      frames: [text('ushers')],
      rules: WORDS,
      hits: { she: 1, he: 1, hers: 1 },
      hint: 'shorter',
    },
    {
      what: 'A datagram of six a',
      frames: [text('aaaaaa')],
      rules: { a2: 'aa', a4: 'aaaa' },
      hits: { a2: 5, a4: 3 },
      hint: 'back',
    },
    {
      what: 'Bytes that are no letters, 0x00 and 0xff among them',
      frames: [udp({ dport: 80, payload: Uint8Array.of(1, 0, 0, 255, 254, 0, 255, 254) })],
      rules: { zero: '\\x00\\x00', high: '\\xff\\xfe' },
      hits: { zero: 1, high: 2 },
      hint: 'bytes',
    },
  ]);

const ignoresCase = (context: CheckContext) =>
  tryCases(context, [
    {
      what: 'Datagrams of "/BIN/sh", "/bin/SH" and "cMD.eXe", with rules "/bin/sh" and "CMD.exe"',
      frames: [text('/BIN/sh'), text('x/bin/SHx'), text('cMD.eXe')],
      rules: { shell: '/bin/sh', cmd: 'CMD.exe' },
      hits: { shell: 2, cmd: 1 },
      hint: 'case',
    },
    {
      what: 'Datagrams of "{a}" and "[A]", with a rule "[a]"',
      frames: [text('{a}'), text('[A]')],
      rules: { bracket: '[a]' },
      hits: { bracket: 1 },
      hint: 'case',
    },
  ]);

const noFalse = (context: CheckContext) =>
  tryCases(context, [
    {
      what: 'Signatures with one byte wrong, and cut short',
      frames: [text('shx hxs hirs her'), text('h'), text('e'), text('s'), text('hi')],
      rules: { she: 'she', his: 'his', hers: 'hers' },
      hits: {},
      hint: 'false',
    },
    {
      what: 'A signature that is cut by the end of a datagram and goes on in the next one',
      frames: [text('xxatt'), text('ackxx')],
      rules: { attack: 'attack' },
      hits: {},
      hint: 'datagrams',
    },
    {
      what: 'A signature behind the end of the packet, in headers, and in what is damaged',
      frames: [
        udp({ dport: 80, payload: 'attack', totalLength: 28 }),
        udp({ dport: 80, payload: 'attack', length: 8 }),
        udp({ dport: 80, payload: 'attack', length: 2000 }),
        udp({ dport: 80, payload: 'attack', totalLength: 2000 }),
        tcp({ dport: 80, payload: 'attack', headerWords: 15 }),
        ethernet(0x1234, new TextEncoder().encode('attack attack attack attack attack attack')),
        udp6({ dport: 80, payload: 'attack' }),
        cut(udp({ dport: 80, payload: 'attack' }), 47),
        udp({ dport: 80, fragmentOffset: 2, payload: 'attack' }),
      ],
      rules: { attack: 'attack' },
      hits: {},
      hint: 'false',
    },
  ]);

const SIGNATURE = 'GET /secret';

/** Segments of one direction of a TCP connection, from the given sequence number on. */
function stream(parts: readonly string[], { first = 1000, sport = 40000 } = {}): Frame[] {
  let sequence = first;
  return parts.map((payload) => {
    const frame = tcp({ sport, dport: 80, flags: 16, sequence: sequence >>> 0, payload });
    sequence += payload.length;
    return frame;
  });
}

/** Begins a stream whose first byte has number 1000, and may bring that along. */
const syn = (payload = ''): Frame => tcp({ sport: 40000, dport: 80, flags: 2, sequence: 999, payload });

const RULES: Rules = { secret: SIGNATURE, get: 'GET', end: 'cret' };
const ONCE: Hits = { secret: 1, get: 1, end: 1 };

const across = (context: CheckContext) =>
  tryCases(context, [
    {
      what: 'A signature that is cut by the end of a segment, at each of its bytes',
      frames: Array.from({ length: SIGNATURE.length - 1 }, (_, at) =>
        stream([`x${SIGNATURE.slice(0, at + 1)}`, `${SIGNATURE.slice(at + 1)}x`], {
          sport: 1000 + at,
          first: 1000 * at,
        }),
      ).flat(),
      rules: RULES,
      hits: { secret: 10, get: 10, end: 10 },
      hint: 'stream',
    },
    {
      what: 'A signature one byte a segment, with options, tags, and empty segments between',
      frames: stream([...SIGNATURE]).flatMap((frame, at) => [
        frame,
        tcp({
          sport: 40000,
          dport: 80,
          flags: 16,
          sequence: 1001 + at,
          payload: '',
          vlans: [{ id: at + 1 }],
        }),
      ]),
      rules: RULES,
      hits: ONCE,
      hint: 'stream',
    },
    {
      what: 'A stream that begins with a SYN',
      frames: [syn(), ...stream([SIGNATURE.slice(0, 4), SIGNATURE.slice(4)])],
      rules: RULES,
      hits: ONCE,
      hint: 'syn',
    },
    {
      what: 'A SYN that brings the first bytes of its stream along',
      frames: [syn('GET /s'), ...stream(['ecret'], { first: 1006 })],
      rules: RULES,
      hits: ONCE,
      hint: 'syn',
    },
    {
      what: 'Half of a signature, then a SYN with a smaller number between the same ports, and a signature',
      frames: [...stream(['xx GET /s'], { first: 5000 }), syn(), ...stream([SIGNATURE])],
      rules: { secret: SIGNATURE, end: 'cret' },
      hits: { secret: 1, end: 1 },
      hint: 'syn',
    },
    {
      what: 'Half of a signature, a SYN behind which the numbers go on as if nothing were missing, and the other half',
      frames: [...stream(['GET /s'], { first: 994 }), syn(), ...stream(['ecret'])],
      rules: RULES,
      hits: { get: 1, end: 1 },
      hint: 'syn',
    },
  ]);

const PLENTY = 300;

const apart = (context: CheckContext) =>
  tryCases(context, [
    {
      what: 'Half of a signature in one stream and half in another',
      frames: [
        ...stream(['GET /se'], { sport: 1 }),
        ...stream(['cret'], { sport: 2, first: 1007 }),
        tcp({
          src: '10.1.0.1',
          dst: '10.0.0.1',
          sport: 80,
          dport: 1,
          flags: 16,
          sequence: 1007,
          payload: 'cret',
        }),
      ],
      rules: { secret: SIGNATURE },
      hits: {},
      hint: 'apart',
    },
    {
      what: `${PLENTY} streams at once, in turn`,
      frames: interleaved(
        Array.from({ length: PLENTY }, (_, at) =>
          stream(['GET ', '/sec', 'ret'], { sport: 5000 + at, first: at * 7 }),
        ),
      ),
      rules: RULES,
      hits: { secret: PLENTY, get: PLENTY, end: PLENTY },
      hint: 'apart',
    },
  ]);

function interleaved(streams: readonly (readonly Frame[])[]): Frame[] {
  const longest = Math.max(...streams.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => streams.map((frames) => frames[at]))
    .flat()
    .filter((frame) => frame !== undefined);
}

const HALVES = stream(['xx GET /s', 'ecret yy']);
const FIRST = HALVES.slice(0, 1);
const SECOND = HALVES.slice(1);

const again = (context: CheckContext) =>
  tryCases(context, [
    {
      what: 'Each segment sent twice',
      frames: [...FIRST, ...FIRST, ...SECOND, ...SECOND, ...FIRST],
      rules: RULES,
      hits: ONCE,
      hint: 'again',
    },
    {
      what: 'A segment that repeats the end of the one before, and goes on',
      frames: [...FIRST, ...stream([' /secret'], { first: 1006 }), ...SECOND],
      rules: RULES,
      hits: ONCE,
      hint: 'again',
    },
    {
      what: 'A stream in which a segment is missing between the two halves',
      frames: [...stream(['GET /se']), ...stream(['cret'], { first: 1100 })],
      rules: { secret: SIGNATURE, get: 'GET', end: 'cret' },
      hits: { get: 1, end: 1 },
      hint: 'gap',
    },
    {
      what: 'A stream whose sequence numbers pass 2^32, and its segments again',
      frames: [
        ...stream(['GET /s', 'ecret', ' GET /secret'], { first: 2 ** 32 - 6 }),
        ...stream(['GET /s', 'ecret', ' GET /secret'], { first: 2 ** 32 - 6 }),
      ],
      rules: RULES,
      hits: { secret: 2, get: 2, end: 2 },
      hint: 'wrap',
    },
  ]);

const HOSTILE: Frame[] = [
  ...Array.from({ length: 60 }, (_, at) => cut(tcp({ dport: 80, payload: 'attack' }), 1 + at)),
  arp({ padTo: 60 }),
  udp({ dport: 80, payload: 'attack', vlans: [{ id: 7 }], options: new Uint8Array(12).fill(1) }),
  tcp({ dport: 80, payload: 'attack', totalLength: 60_000 }),
  udp({ dport: 80, version: 6 }),
];

async function passesOn(context: CheckContext): Promise<Verdict> {
  const program = await start(context, { attack: 'attack' });
  const frames = [...HOSTILE, ...Array.from({ length: 400 }, (_, at) => numberedPacket(at))];
  const traffic = { into: IN, outOf: OUT, via: 'netmap:ids}1', frames, expected: frames };
  const { captured } = await sendThrough(context, program, [traffic]);
  const hints = {
    missing: 'changed',
    extra: 'changed',
    changed: 'changed',
    twice: 'changed',
    order: 'changed',
  };
  return compareFrames(frames.map(frameBytes), captured[OUT] ?? [], hints);
}

/** Letters as signatures have them, so that the automaton is always in the middle of something. */
const LETTERS = 'abcdefgh';
const PAYLOAD_BYTES = 958;
const FRAME_BYTES = 1000;
const MANY_RULES = 400;
const FLOOD_PACKETS = 6000;
/** Ours is one step a byte; what looks at every rule takes some hundred times as long. */
const MOST_TIMES = 4;
/** On a busy machine one round says little: the best of two counts, of either. */
const MOST_ROUNDS = 2;

function* randomNumbers(): Generator<number> {
  for (let x = 12345; ; x = (Math.imul(x, 1103515245) + 12345) >>> 0) yield x >>> 16;
}

function randomText(length: number, numbers: Generator<number>): string {
  return Array.from({ length }, () => LETTERS[numbers.next().value % LETTERS.length]).join('');
}

/** Every slot and every buffer of both pipes gets a packet, and the flood sends them round without touching them. */
async function timeNs(context: CheckContext, binary: string): Promise<number | undefined> {
  const numbers = randomNumbers();
  const signatures = Array.from({ length: MANY_RULES }, (_, at) => [`r${at}`, randomText(12, numbers)]);
  const program = await start(context, Object.fromEntries(signatures), binary);
  const payloads = Array.from({ length: 16 }, () => randomText(PAYLOAD_BYTES, numbers));
  const frames = Array.from({ length: 2300 }, (_, at) =>
    udp({ dport: 80, payload: payloads[at % 16] ?? '' }),
  );
  const moved = (counters: Counters) =>
    counters.total('ids{2', 'tx', 'packets') >= frames.length && counters.unread('ids}2') === 0;
  await context.exchange({ send: { [IN]: frames }, capture: [OUT], until: moved });
  requireRunning(program);
  const plan = { into: IN, outOf: OUT, packets: FLOOD_PACKETS, bytes: FRAME_BYTES };
  const ns = await cpuPerPacketNs(context, program, plan);
  await program.stop();
  return ns;
}

async function rate(context: CheckContext): Promise<Verdict> {
  const reference = `${await buildReference(context, import.meta.url)}/ids`;
  let [ours, theirs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const [one, other] = [await timeNs(context, reference), await timeNs(context, './ids')];
    if (one === undefined) throw new Error('not all packets came through our own program.');
    if (other === undefined) return failed('Not all packets came through.', 'rate');
    [ours, theirs] = [Math.min(ours, one), Math.min(theirs, other)];
    if (theirs <= ours * MOST_TIMES) return passed;
  }
  return failed(
    `With ${MANY_RULES} rules a packet takes ${(theirs / ours).toFixed(0)} times as long as in our own program, which was measured beside it: ${(theirs / 1000).toFixed(1)} and ${(ours / 1000).toFixed(1)} µs.`,
    'rate',
  );
}

export default defineChecks([
  {
    id: 'finds',
    title: 'Finds every signature',
    sent: 'Datagrams with signatures at the beginning and the end, that overlap, that contain each other, and that are no text.',
    expected: 'Every place where a signature ends is a hit of its rule.',
    run: finds,
  },
  {
    id: 'no-false',
    title: 'Finds nothing else',
    sent: 'Signatures with a wrong byte, in two datagrams, in headers, behind the end of a packet, and in damaged ones.',
    expected: 'No hits.',
    after: ['finds'],
    run: noFalse,
  },
  {
    id: 'across',
    title: 'Reads on across segments',
    sent: 'A signature that is cut at each of its bytes, and one in as many segments as it has bytes; streams that begin with a SYN, and begin anew with one.',
    expected: 'Each is found, once, and none that began before a SYN and ends behind it.',
    after: ['finds'],
    run: across,
  },
  {
    id: 'apart',
    title: 'Keeps streams apart',
    sent: `Two halves of a signature in two streams, and ${PLENTY} streams that take turns.`,
    expected: 'What is in one stream counts, and nothing else.',
    after: ['across'],
    run: apart,
  },
  {
    id: 'again',
    title: 'Counts nothing twice',
    sent: 'Segments sent again, segments that overlap, a stream with a gap, and one whose numbers begin anew.',
    expected: 'Every byte of a stream counts once, in its place.',
    after: ['across'],
    run: again,
  },
  {
    id: 'passes-on',
    title: 'Passes everything on',
    sent: `${HOSTILE.length} frames, cut, damaged or strange, and 400 good ones.`,
    expected: 'They come out as they went in.',
    run: passesOn,
  },
  {
    id: 'rate',
    title: 'Does not slow down with every rule',
    sent: `Packets of ${FRAME_BYTES} bytes, to ${MANY_RULES} rules, through your program and through our own.`,
    expected: `A packet takes no more than ${MOST_TIMES} times as long as in ours.`,
    after: ['finds', 'passes-on'],
    run: rate,
  },
  {
    id: 'case',
    title: 'Finds upper and lower case',
    sent: 'Signatures in other cases than in the rules, and bytes that differ from signatures by the same bit without being letters.',
    expected: 'Letters match in both cases, and nothing else does.',
    run: ignoresCase,
  },
]);
