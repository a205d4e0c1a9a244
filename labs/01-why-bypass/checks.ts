// SPDX-License-Identifier: BSD-2-Clause
import {
  type CheckContext,
  type Counters,
  compareFrames,
  defineChecks,
  failed,
  frameBytes,
  lastWords,
  type Program,
  packets,
  passed,
  type Verdict,
} from '@ringlab/labkit';

const SEND = 'vale0:send';
const LISTENER = 'vale0:listener';
/** The container's end of the veth pair, as a netmap port of the check's. */
const FAR = 'netmap:eth0';
const FAR_COUNTER = 'eth0';
const MANY = 6400;
const FEW = 200;
/** Half of what the text asks for: whoever sends the rest of a batch is right, too. */
const FEWEST_A_CALL = 32;

const FRAME = packets.udp({
  srcMac: '02:00:00:00:00:01',
  dstMac: '02:00:00:00:00:02',
  src: '10.1.0.1',
  dst: '10.1.0.2',
  sport: 1024,
  dport: 9,
  id: 0,
  flags: 2,
  udpChecksum: 0,
  payload: new Uint8Array(18),
});
const expectedFrames = (count: number) => Array.from({ length: count }, () => frameBytes(FRAME));

/** Counts how often the program asks the kernel to send, and says so at the end. */
const COUNT_CALLS = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <sys/socket.h>
static unsigned int calls;
int sendmmsg(int fd, struct mmsghdr *m, unsigned int n, int flags)
{
	int (*next)(int, struct mmsghdr *, unsigned int, int) = dlsym(RTLD_NEXT, "sendmmsg");
	calls++;
	return next(fd, m, n, flags);
}
ssize_t sendto(int fd, const void *b, size_t n, int flags, const struct sockaddr *to, socklen_t l)
{
	ssize_t (*next)(int, const void *, size_t, int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "sendto");
	calls++;
	return next(fd, b, n, flags, to, l);
}
ssize_t send(int fd, const void *b, size_t n, int flags)
{
	return sendto(fd, b, n, flags, NULL, 0);
}
ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	ssize_t (*next)(int, const struct msghdr *, int) = dlsym(RTLD_NEXT, "sendmsg");
	calls++;
	return next(fd, m, flags);
}
__attribute__((destructor)) static void tell(void)
{
	printf("counted %u calls\\n", calls);
}
`;

/** Runs a program to its end; undefined when it failed. */
async function finished(context: CheckContext, argv: readonly string[]): Promise<Program> {
  const program = await context.start(argv);
  await program.exit;
  return program;
}

/** Datagrams that went through UDP on this side: on a busy machine the kernel may drop some before they are at the other. */
async function sentByUdp(context: CheckContext): Promise<number> {
  const program = await finished(context, ['cat', '/proc/net/snmp']);
  return Number(program.matches(/^Udp: \d+ \d+ \d+ (\d+) /).at(-1)?.[1] ?? Number.NaN);
}

/** Starts `./send` under a library that counts its calls. */
async function countedCalls(context: CheckContext, way: string, count: number): Promise<number | undefined> {
  const folder = await context.put({ 'count.c': COUNT_CALLS });
  const library = `${folder}/count.so`;
  const built = await finished(context, ['cc', '-shared', '-fPIC', '-w', '-o', library, `${folder}/count.c`]);
  if (built.ended?.code !== 0) throw new Error(`The library that counts does not build.${lastWords(built)}`);
  const preload = `LD_PRELOAD="$PWD/${library} $LD_PRELOAD" exec ./send ${way} -n ${count}`;
  const program = await finished(context, ['sh', '-c', preload]);
  const calls = program.matches(/counted (\d+) calls/).at(-1)?.[1];
  return program.ended?.code === 0 && calls !== undefined ? Number(calls) : undefined;
}

async function batches(context: CheckContext): Promise<Verdict> {
  const before = await sentByUdp(context);
  const calls = await countedCalls(context, 'sendmmsg', MANY);
  if (calls === undefined) return failed('./send sendmmsg did not end well.', 'many');
  const sent = (await sentByUdp(context)) - before;
  if (sent < MANY) return failed(`${sent} of ${MANY} datagrams went through UDP.`, 'datagrams');
  if (MANY / calls >= FEWEST_A_CALL) return passed;
  return failed(`${MANY} packets took ${calls} calls: ${(MANY / calls).toFixed(1)} packets a call.`, 'many');
}

async function payload(context: CheckContext): Promise<Verdict> {
  const frames = await capturedFar(context, ['./send', 'sendmmsg', '-n', '64']);
  const datagram = frames.find((frame) => frame[12] === 0x08 && frame[13] === 0 && frame[23] === 17);
  if (datagram === undefined) return failed('No datagram came out at the other end.', 'datagrams');
  const bytes = ((datagram[16] ?? 0) << 8) + (datagram[17] ?? 0) + 14;
  if (bytes === 60) return passed;
  return failed(`The frames have ${bytes} bytes; all ways must send the same 60.`, 'payload');
}

/** What comes out at the container's end while this runs. */
async function capturedFar(context: CheckContext, argv: readonly string[]): Promise<readonly Uint8Array[]> {
  const count = Number(argv.at(-1));
  let started: Promise<Program> | undefined;
  const until = (counters: Counters) => {
    if (counters.isOpen(FAR_COUNTER)) started ??= context.start(argv);
    return counters.isOpen(FAR_COUNTER) && counters.total(FAR_COUNTER, 'rx', 'packets') >= count;
  };
  const { captured } = await context.exchange({ capture: [FAR], namespace: 'container', until });
  await (await started)?.exit;
  return captured[FAR] ?? [];
}

/** Frames that others sent, such as ARP, are not ours to judge. */
const ofUdp = (frames: readonly Uint8Array[]) =>
  frames.filter((frame) => frame[12] !== 0x08 || frame[13] !== 0x06);

async function rawFrames(context: CheckContext): Promise<Verdict> {
  const frames = ofUdp(await capturedFar(context, ['./send', 'packet', '-n', String(FEW)]));
  if (frames.length === 0) return failed('Nothing came out at the other end.', 'raw');
  const hints = { changed: 'raw', missing: 'raw', extra: 'raw', twice: 'raw', order: 'raw' };
  return compareFrames(expectedFrames(FEW), frames, hints);
}

/** The kernel's UDP counts what passes through it. */
async function pastTheStack(context: CheckContext): Promise<Verdict> {
  const before = await sentByUdp(context);
  const program = await finished(context, ['./send', 'packet', '-n', '1000']);
  if (program.ended?.code !== 0) return failed(`./send packet did not end well.${lastWords(program)}`, 'raw');
  const through = (await sentByUdp(context)) - before;
  return through === 0 ? passed : failed(`${through} of 1000 packets went through UDP.`, 'raw');
}

async function netmapFrames(context: CheckContext): Promise<Verdict> {
  let started: Promise<Program> | undefined;
  const until = (counters: Counters) => {
    if (counters.isOpen(LISTENER)) started ??= context.start(['./send', 'netmap', '-n', String(FEW)]);
    return counters.total(LISTENER, 'rx', 'packets') >= FEW;
  };
  const { captured } = await context.exchange({ capture: [LISTENER], until });
  const program = await started;
  await program?.exit;
  if (program?.ended?.code !== 0)
    return failed(`./send netmap did not end well.${program ? lastWords(program) : ''}`, 'ring');
  const frames = captured[LISTENER] ?? [];
  const wrong = frames.find((frame) => frame.byteLength !== 60);
  if (wrong !== undefined) return failed(`A frame of ${wrong.byteLength} bytes came.`, 'length');
  const hints = { changed: 'ring', missing: 'ring', extra: 'limit', twice: 'limit', order: 'ring' };
  return compareFrames(expectedFrames(FEW), frames, hints);
}

async function rawBatches(context: CheckContext): Promise<Verdict> {
  const calls = await countedCalls(context, 'packet', MANY);
  if (calls === undefined) return failed('./send packet did not end well.', 'raw-many');
  if (MANY / calls >= FEWEST_A_CALL) return passed;
  return failed(
    `${MANY} frames took ${calls} calls: ${(MANY / calls).toFixed(1)} frames a call.`,
    'raw-many',
  );
}

/** From its own counters, read while it runs: a port that is closed has none. */
async function fewSyncs(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(['./send', 'netmap', '-t', '30'], [SEND]);
  let [sent, syncs] = [0, 0];
  await context.until((now) => {
    [sent, syncs] = [now.total(SEND, 'tx', 'packets'), now.total(SEND, 'tx', 'syncs')];
    return sent >= MANY || program.ended !== undefined;
  });
  await program.stop();
  if (sent === 0) return failed('Nothing was sent.', 'ring');
  if (sent / syncs >= FEWEST_A_CALL) return passed;
  return failed(`${sent} packets took ${syncs} syncs: ${(sent / syncs).toFixed(1)} packets a call.`, 'syncs');
}

export default defineChecks([
  {
    id: 'batches',
    title: 'Sends many datagrams with one call',
    sent: `./send sendmmsg -n ${MANY}, while its calls are counted.`,
    expected: `All go through UDP, at least ${FEWEST_A_CALL} of them with each call.`,
    run: batches,
  },
  {
    id: 'payload',
    title: 'Sends the same packet that way',
    sent: './send sendmmsg -n 64, captured at the other end.',
    expected: 'Frames of 60 bytes, as by the other ways.',
    after: ['batches'],
    run: payload,
  },
  {
    id: 'past-the-stack',
    title: 'Passes UDP and IP by',
    sent: './send packet -n 1000.',
    expected: "The kernel's UDP has counted none of them.",
    run: pastTheStack,
  },
  {
    id: 'raw-frames',
    title: 'Sends whole frames',
    sent: `./send packet -n ${FEW}, captured at the other end.`,
    expected: `${FEW} frames, byte for byte those of s->frame.`,
    after: ['past-the-stack'],
    run: rawFrames,
  },
  {
    id: 'netmap-frames',
    title: 'Sends them from a netmap ring',
    sent: `./send netmap -n ${FEW}, captured at another port of the switch.`,
    expected: `${FEW} frames, byte for byte those of s->frame, and not one more.`,
    run: netmapFrames,
  },
  {
    id: 'few-syncs',
    title: 'Asks the kernel rarely',
    sent: './send netmap, for some thousands of packets.',
    expected: `At least ${FEWEST_A_CALL} packets for each NIOCTXSYNC.`,
    after: ['netmap-frames'],
    run: fewSyncs,
  },
  {
    id: 'raw-batches',
    title: 'Sends many frames with one call',
    sent: `./send packet -n ${MANY}, while its calls are counted.`,
    expected: `At least ${FEWEST_A_CALL} frames a call.`,
    run: rawBatches,
  },
]);
