// SPDX-License-Identifier: BSD-2-Clause
import {
  buffersIn,
  busiestPort,
  type CheckContext,
  type Counters,
  compareFrames,
  defineChecks,
  describeFrame,
  type Frame,
  failed,
  firstFailure,
  frameBytes,
  lastWords,
  type Program,
  packets,
  passed,
  requireRunning,
  strangeFrames,
  type Verdict,
} from '@ringlab/labkit';

const { arp, tcp, udp } = packets;

const DEVICE = 'veth0';
const STACK = 'veth0^';
const HERE = { ip: '10.8.0.1', mac: '02:00:00:00:00:01', device: DEVICE, name: 'here' } as const;
const THERE = { ip: '10.8.0.2', mac: '02:00:00:00:00:02', device: 'eth0', name: 'container' } as const;
type End = typeof HERE | typeof THERE;
/** The container's end as a netmap port of the check's: its stack is silent then. */
const FAR = 'netmap:eth0';
const FAR_COUNTER = 'eth0';
const PORT = 7;
const DATAGRAMS = 200;
const FEW_SYNCS = 100;

/** Sends numbered datagrams of many lengths, or prints for each that comes which one it is, and whether it is as it was sent. */
const DATAGRAMS_C = `#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
static size_t fill(uint8_t *bytes, uint32_t number)
{
	size_t len = 4 + number * 37 % 1400;
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(number + i);
	memcpy(bytes, &number, 4);
	return len;
}
int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(9000) };
	uint8_t bytes[2048], expected[2048];
	uint32_t number, count = (uint32_t)atoi(argv[2]);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 1 << 22;
	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	inet_pton(AF_INET, argv[1], &at.sin_addr);
	if (count > 0) {
		for (number = 0; number < count; number++)
			if (sendto(fd, bytes, fill(bytes, number), 0, (struct sockaddr *)&at, sizeof(at)) < 0)
				return perror("send"), 1;
		return 0;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		return perror("bind"), 1;
	printf("listening\\n");
	for (;;) {
		ssize_t len = recv(fd, bytes, sizeof(bytes), 0);
		memcpy(&number, bytes, 4);
		printf("datagram %u %s\\n", number,
		       len == (ssize_t)fill(expected, number) && memcmp(bytes, expected, (size_t)len) == 0 ? "good" : "bad");
	}
}
`;

async function run(context: CheckContext, argv: readonly string[], end: End): Promise<Program> {
  const program = await context.start(argv, end.name);
  await program.exit;
  return program;
}

async function compiled(context: CheckContext): Promise<string> {
  const folder = await context.put({ 'datagrams.c': DATAGRAMS_C });
  const binary = `${folder}/datagrams`;
  const compiler = await run(context, ['cc', '-O1', '-w', '-o', binary, `${binary}.c`], HERE);
  if (compiler.ended?.code !== 0)
    throw new Error(`The program that sends does not build.${lastWords(compiler)}`);
  return binary;
}

const start = (context: CheckContext, ...options: string[]) =>
  context.startWithPorts(['./gate', '-i', DEVICE, '-p', `${PORT}`, ...options], [DEVICE, STACK]);

/** Tells the two stacks each other's address, or lets them forget it. */
async function neighbors(context: CheckContext, known: boolean): Promise<void> {
  for (const [end, other] of [
    [HERE, THERE],
    [THERE, HERE],
  ] as const) {
    await run(context, ['ip', 'neighbor', 'flush', 'dev', end.device, 'nud', 'all'], end);
    if (known) {
      const at = [other.ip, 'lladdr', other.mac, 'dev', end.device, 'nud', 'permanent'];
      await run(context, ['ip', 'neighbor', 'replace', ...at], end);
    }
  }
}

interface Came {
  readonly numbers: readonly number[];
  readonly bad: number;
}

/** Datagrams from one stack to the other, with nothing on the way but the program. */
async function talk(context: CheckContext, from: End, to: End, program: Program): Promise<Came> {
  const binary = await compiled(context);
  await neighbors(context, true);
  const listener = await context.start([binary, to.ip, '0'], to.name);
  await context.until(() => listener.matches(/^listening/).length > 0);
  await run(context, [binary, to.ip, `${DATAGRAMS}`], from);
  const came = () => listener.matches(/^datagram (\d+) (good|bad)/);
  await context.until(() => came().length >= DATAGRAMS, 4000);
  requireRunning(program);
  return {
    numbers: came().map(([, number]) => Number(number)),
    bad: came().filter(([, , state]) => state === 'bad').length,
  };
}

function judgeTalk({ numbers, bad }: Came, hint: string): Verdict {
  if (numbers.length === 0) return failed(`None of ${DATAGRAMS} datagrams came through.`, hint);
  if (bad > 0) return failed(`${bad} of ${numbers.length} datagrams came with other bytes.`, 'bytes');
  if (numbers.length !== DATAGRAMS)
    return failed(`${numbers.length} datagrams came, and ${DATAGRAMS} were sent.`, hint);
  const wrong = numbers.findIndex((number, index) => number !== index);
  return wrong < 0 ? passed : failed(`Datagram ${numbers[wrong]} came in place of ${wrong}.`, 'bytes');
}

async function outward(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  return judgeTalk(await talk(context, HERE, THERE, program), 'outward');
}

async function inward(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  return judgeTalk(await talk(context, THERE, HERE, program), 'inward');
}

const PINGS = 5;

/** How many of `PINGS` pings were answered. */
async function answered(context: CheckContext, from: End, address: string): Promise<number> {
  const size = ['-s', '1000', '-i', '0.2', '-W', '5'];
  const program = await run(context, ['ping', '-n', '-c', `${PINGS}`, ...size, address], from);
  const told = program.matches(/ (\d+) received/).at(-1)?.[1];
  if (told === undefined) throw new Error(`ping cannot be run here.${lastWords(program)}`);
  return Number(told);
}

async function pings(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  await neighbors(context, false);
  for (const [from, to] of [
    [HERE, THERE],
    [THERE, HERE],
  ] as const) {
    const came = await answered(context, from, to.ip);
    requireRunning(program);
    const where = from === HERE ? 'into the container' : 'from the container';
    if (came < PINGS) return failed(`Of ${PINGS} pings ${where}, ${came} were answered.`, 'arp');
  }
  return passed;
}

async function sleeps(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  const { port, syncs } = await busiestPort(context, [DEVICE, STACK], FEW_SYNCS);
  requireRunning(program);
  if (syncs <= FEW_SYNCS) return passed;
  return failed(`Without a packet your program synchronized ${port} ${syncs} times a second.`, 'poll');
}

async function swaps(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  const before = await buffersIn(context, `${DEVICE}/tx1`);
  const verdict = judgeTalk(await talk(context, THERE, HERE, program), 'inward');
  if (!verdict.passed) return verdict;
  const now = new Set(await buffersIn(context, `${DEVICE}/rx0`));
  const exchanged = before.filter((buffer) => now.has(buffer)).length;
  if (exchanged >= DATAGRAMS) return passed;
  return failed(
    `${DATAGRAMS} packets went to the stack, and ${exchanged} buffers of its ring are in the device's ring now.`,
    'swap',
  );
}

const from = { srcMac: THERE.mac, dstMac: HERE.mac, src: THERE.ip, dst: HERE.ip };
const back = { srcMac: HERE.mac, dstMac: THERE.mac, src: HERE.ip, dst: THERE.ip };
const OPTIONS = new Uint8Array(12).fill(1);

/** A datagram, and its answer. */
const QUESTIONS = Array.from({ length: 120 }, (_, index) => {
  const same = {
    id: index,
    payload: `question ${index}`,
    padTo: 60 + index * 11,
    ...(index % 10 === 9 && { options: OPTIONS }),
  };
  return [
    udp({ ...from, ...same, sport: 1024 + index, dport: PORT }),
    udp({ ...back, ...same, sport: PORT, dport: 1024 + index }),
  ] as const;
});

/** Sends from the container's end, and captures there, until the program has passed so many frames on. */
async function fromFar(
  context: CheckContext,
  frames: readonly Frame[],
  until: (now: Counters) => boolean,
): Promise<readonly Uint8Array[]> {
  const plan = { send: { [FAR]: frames }, capture: [FAR], namespace: 'container' } as const;
  const { captured } = await context.exchange({ ...plan, until });
  return captured[FAR] ?? [];
}

const isFrom = (frame: Uint8Array, port: number) =>
  frame[12] === 0x08 &&
  frame[13] === 0 &&
  frame[23] === 17 &&
  frame[34] === port >> 8 &&
  frame[35] === (port & 255);

async function answers(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  const came = await fromFar(
    context,
    QUESTIONS.map(([question]) => question),
    (now) => now.total(FAR_COUNTER, 'rx', 'packets') >= QUESTIONS.length,
  );
  requireRunning(program);
  // The stack may have something to say by itself.
  const ours = came.filter((frame) => frame[12] === 0x08 && frame[13] === 0 && frame[23] === 17);
  if (ours.length === 0)
    return failed(
      `${QUESTIONS.length} datagrams went to port ${PORT}, and none came back.`,
      'missing-answer',
    );
  const hints = {
    missing: 'missing-answer',
    extra: 'turned',
    changed: 'turned',
    twice: 'turned',
    order: 'turned',
  };
  return compareFrames(
    QUESTIONS.map(([, answer]) => frameBytes(answer)),
    ours,
    hints,
  );
}

/** What the stack is to get, and the hint if it is answered. AF_PACKET sends nothing shorter than 16 bytes. */
const NOT_OURS: readonly (readonly [Frame, string])[] = [
  [udp({ ...from, sport: PORT, dport: PORT, padTo: 60 }), 'loop'],
  [udp({ ...from, sport: 1024, dport: PORT, dstMac: 'ff:ff:ff:ff:ff:ff', padTo: 60 }), 'group'],
  [
    udp({ ...from, sport: 1024, dport: PORT, dstMac: '01:00:5e:00:00:07', dst: '224.0.0.7', padTo: 60 }),
    'group',
  ],
  ...[PORT - 1, PORT + 1, PORT << 8, 80].map(
    (dport) => [udp({ ...from, sport: 1024, dport, padTo: 60 }), 'leave'] as const,
  ),
  [tcp({ ...from, sport: 1024, dport: PORT, padTo: 60 }), 'leave'],
  [arp({ srcMac: THERE.mac, dstMac: HERE.mac, padTo: 60 }), 'leave'],
  ...strangeFrames({ ...from, sport: 1024, dport: PORT })
    .filter((frame) => frameBytes(frame).byteLength >= 16 && !isWhole(frameBytes(frame)))
    .map((frame) => [frame, 'leave'] as const),
];

/** Whole datagrams with IP options are ours. */
function isWhole(frame: Uint8Array): boolean {
  const [version, words] = [(frame[14] ?? 0) >> 4, (frame[14] ?? 0) & 15];
  const isIpv4 = frame[12] === 0x08 && frame[13] === 0 && version === 4;
  return isIpv4 && words > 5 && frame.byteLength >= 14 + 4 * words + 8;
}

async function leaves(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  const before = await context.counters();
  const passedOn = (now: Counters) =>
    now.total(STACK, 'tx', 'packets') - before.total(STACK, 'tx', 'packets');
  for (const [frame, hint] of groupsOf(NOT_OURS)) {
    const upTo = passedOn(await context.counters()) + frame.length;
    const came = await fromFar(context, frame, (now) => passedOn(now) >= upTo);
    requireRunning(program);
    const wrong = came.find(
      (one) => isFrom(one, PORT) || frame.some((sent) => isTurned(frameBytes(sent), one)),
    );
    if (wrong !== undefined) return failed(`This came back: ${describeFrame(wrong)}.`, hint);
    const left = passedOn(await context.counters());
    if (left < upTo)
      return failed(
        `Of ${frame.length} frames that are not yours, ${frame.length - (upTo - left)} went to the stack.`,
        hint,
      );
  }
  return passed;
}

/** Frames that have the same hint together, in order. */
function groupsOf(frames: readonly (readonly [Frame, string])[]): (readonly [readonly Frame[], string])[] {
  const hints = [...new Set(frames.map(([, hint]) => hint))];
  return hints.map(
    (hint) => [frames.filter(([, its]) => its === hint).map(([frame]) => frame), hint] as const,
  );
}

/** Whether this is what was sent, with its Ethernet addresses exchanged. */
function isTurned(sent: Uint8Array, came: Uint8Array): boolean {
  return (
    came.byteLength === sent.byteLength &&
    sent.subarray(0, 6).every((byte, at) => came[6 + at] === byte) &&
    sent.subarray(6, 12).every((byte, at) => came[at] === byte)
  );
}

const OWN = '10.8.0.9';

async function hasAddress(context: CheckContext): Promise<Verdict> {
  const program = await context.start(['./gate', '-i', DEVICE, '-p', `${PORT}`, '-a', OWN]);
  await context.until((now) => now.isOpen(STACK) || program.ended !== undefined);
  if (program.ended !== undefined) return failed(`With -a ${OWN}, the program ends at once.`, 'address');
  await neighbors(context, false);
  const own = await answered(context, THERE, OWN);
  const stack = await answered(context, THERE, HERE.ip);
  requireRunning(program);
  const words = (count: number, address: string) =>
    `Of ${PINGS} pings to ${address}, ${count} were answered.`;
  return firstFailure(
    own < PINGS ? failed(words(own, OWN), 'address') : passed,
    stack < PINGS ? failed(words(stack, HERE.ip), 'address') : passed,
  );
}

export default defineChecks([
  {
    id: 'outward',
    title: 'Lets the stack send',
    sent: `${DATAGRAMS} datagrams of up to 1400 bytes, from a program here to one in the container.`,
    expected: 'All of them arrive there, in order, byte for byte.',
    run: outward,
  },
  {
    id: 'inward',
    title: 'Lets the stack receive',
    sent: `${DATAGRAMS} datagrams of up to 1400 bytes, from a program in the container to one here.`,
    expected: 'All of them arrive here, in order, byte for byte.',
    after: ['outward'],
    run: inward,
  },
  {
    id: 'ping',
    title: 'Lets ping through',
    sent: `${PINGS} pings into the container, and ${PINGS} out of it, between two stacks that have forgotten each other's address.`,
    expected: 'All of them are answered.',
    after: ['inward'],
    run: pings,
  },
  {
    id: 'sleeps',
    title: 'Sleeps when nothing arrives',
    sent: 'Nothing, for a second.',
    expected: 'The program sleeps in poll().',
    after: ['outward'],
    run: sleeps,
  },
  {
    id: 'swaps',
    title: 'Moves buffers, and not bytes',
    sent: `${DATAGRAMS} datagrams from the container.`,
    expected: "The buffers of the stack's ring are in the device's ring afterwards.",
    after: ['inward'],
    run: swaps,
  },
  {
    id: 'answers',
    title: `Answers datagrams to port ${PORT}`,
    sent: `${QUESTIONS.length} datagrams to port ${PORT}, some with IP options.`,
    expected: 'Each comes back with source and destination exchanged, and nothing else changed.',
    after: ['inward'],
    run: answers,
  },
  {
    id: 'leaves',
    title: 'Leaves all others to the stack',
    sent: `${NOT_OURS.length} frames to other ports and groups, from port ${PORT} to port ${PORT}, of TCP and ARP; VLAN tags, fragments, frames cut short, lengths that lie.`,
    expected: 'All of them go to the stack, and none is answered.',
    after: ['answers'],
    run: leaves,
  },
  {
    id: 'address',
    title: 'Has an address of its own',
    sent: `With -a ${OWN}: ${PINGS} pings from the container to that address, and ${PINGS} to the stack's.`,
    expected: 'All of them are answered.',
    run: hasAddress,
  },
]);
