// SPDX-License-Identifier: BSD-2-Clause
import {
  buildReference,
  type CheckContext,
  defineChecks,
  failed,
  passed,
  type Verdict,
} from '@ringlab/labkit';

const ARGV = ['./hello', 'vale0:hello'];
const PORT = 'vale0:hello';
const LISTENER = 'vale0:listener';
const HEADER_BYTES = 42;
const STARTER_TEXT = 'change me';
const REFERENCE = 'vale9:reference';
/** So many of our own, a hundred a second; the starter says one a second. */
const REFERENCE_PACKETS = 100;
const REFERENCE_MS = 10_000;
const FEWEST = REFERENCE_PACKETS / 2;
/** What a program needs at most until its first packet has left. */
const SPEAKS_MS = 2000;

/** The first frame that the program sends once somebody listens, which is after it has spoken; undefined when none comes. */
async function firstFrame(context: CheckContext): Promise<Uint8Array | undefined> {
  await context.startWithPorts(ARGV, [PORT]);
  await context.until((now) => now.total(PORT, 'tx', 'packets') > 0, SPEAKS_MS);
  const { captured } = await context.exchange({
    capture: [LISTENER],
    until: (counters) => counters.total(LISTENER, 'rx', 'packets') > 0,
  });
  return captured[LISTENER]?.[0];
}

async function arrives(context: CheckContext): Promise<Verdict> {
  if ((await firstFrame(context)) !== undefined) return passed;
  const sent = (await context.counters()).total(PORT, 'tx', 'packets');
  if (sent > 0)
    return failed(`Your program sent ${sent} packets before anybody listened, and then no more.`, 'again');
  return failed('No frame came from your program, though its port was open.', 'send');
}

/** How long the text is by the UDP header, and the text that is really there. */
function textOf(frame: Uint8Array): { bytes: number; text: string } {
  const bytes = ((frame[38] ?? 0) << 8) + (frame[39] ?? 0) - 8;
  return { bytes, text: new TextDecoder().decode(frame.subarray(HEADER_BYTES, HEADER_BYTES + bytes)) };
}

async function whole(context: CheckContext): Promise<Verdict> {
  const frame = (await firstFrame(context)) ?? new Uint8Array();
  const { bytes } = textOf(frame);
  if (bytes > 0 && frame.length >= HEADER_BYTES + bytes) return passed;
  return failed(
    `The frame has ${frame.length} bytes; its UDP header promises ${bytes} bytes of text behind the first ${HEADER_BYTES}.`,
    'length',
  );
}

async function greets(context: CheckContext): Promise<Verdict> {
  const { text } = textOf((await firstFrame(context)) ?? new Uint8Array());
  return text.trim() !== '' && text !== STARTER_TEXT ? passed : failed(`The frame says "${text}".`, 'text');
}

/** Our own program speaks beside it, on another switch: however busy the machine is, both are. */
async function keepsGoing(context: CheckContext): Promise<Verdict> {
  const folder = await buildReference(context, import.meta.url);
  await context.startWithPorts(ARGV, [PORT]);
  await context.startWithPorts([`${folder}/hello`, REFERENCE], [REFERENCE]);
  const sent = async () => {
    const now = await context.counters();
    return [PORT, REFERENCE].map((port) => now.total(port, 'tx', 'packets'));
  };
  const [ownBefore = 0, before = 0] = await sent();
  await context.until(
    (now) => now.total(REFERENCE, 'tx', 'packets') >= before + REFERENCE_PACKETS,
    REFERENCE_MS,
  );
  const [own = 0, theirs = 0] = await sent();
  const [packets, reference] = [own - ownBefore, theirs - before];
  if (packets * REFERENCE_PACKETS >= FEWEST * reference) return passed;
  return failed(
    `Your program sent ${packets} packets while ours, which says it a hundred times a second, sent ${reference} beside it.`,
    'rate',
  );
}

const ENOUGH = 640;
/** Half of what the text asks for. */
const FEWEST_A_CALL = 32;

async function manyACall(context: CheckContext): Promise<Verdict> {
  await context.startWithPorts(ARGV, [PORT]);
  await context.until((counters) => counters.total(PORT, 'tx', 'packets') >= ENOUGH);
  const counters = await context.counters();
  const [sent, calls] = [counters.total(PORT, 'tx', 'packets'), counters.total(PORT, 'tx', 'syncs')];
  if (sent > 0 && sent >= FEWEST_A_CALL * calls) return passed;
  return failed(`${sent} packets took ${calls} calls: ${(sent / calls).toFixed(1)} packets a call.`, 'batch');
}

export default defineChecks([
  {
    id: 'arrives',
    title: 'Sends a packet',
    sent: 'Nothing. A second port on vale0 listens.',
    expected: 'A frame from your program arrives there.',
    run: arrives,
  },
  {
    id: 'whole',
    title: 'Sends all of it',
    sent: 'Nothing. A second port on vale0 listens.',
    expected: 'The frame is as long as its own headers say.',
    after: ['arrives'],
    run: whole,
  },
  {
    id: 'greets',
    title: 'Says something of your own',
    sent: 'Nothing. A second port on vale0 listens.',
    expected: `The frame's text is not empty, and not "${STARTER_TEXT}".`,
    after: ['whole'],
    run: greets,
  },
  {
    id: 'keeps-going',
    title: 'Says it a hundred times a second',
    sent: `Nothing. Its packets are counted while our own program sends ${REFERENCE_PACKETS} beside it, a hundred a second.`,
    expected: `At least half as many.`,
    after: ['arrives'],
    run: keepsGoing,
  },
  {
    id: 'many-a-call',
    title: 'Sends many packets with one call',
    sent: 'Nothing. The packets and the calls are counted.',
    expected: `At least ${FEWEST_A_CALL} packets for each NIOCTXSYNC.`,
    run: manyACall,
  },
]);
