// SPDX-License-Identifier: BSD-2-Clause
import { udp, writePcap } from '@ringlab/netmap-bindings/layout';
import { compareFrames, type FrameHints } from './compare.ts';
import type { CheckContext, Exchanged, Frame } from './context.ts';
import type { Counters } from './counters.ts';
import { counterName, frameBytes } from './exchange.ts';
import type { Program } from './program.ts';
import type { Verdict } from './verdict.ts';
import { requireRunning } from './words.ts';

/** Frames through a program: into one port, and out of another. */
export interface Traffic {
  readonly into: string;
  readonly outOf: string;
  /** The program's own port on the side where the traffic comes in. */
  readonly via: string;
  readonly frames: readonly Frame[];
  readonly expected: readonly Frame[];
}

/** Numbered, so that each is another one, and of many lengths, up to 1459 bytes. */
export function numberedPacket(index: number, dport = 8000): Frame {
  return udp({
    dport,
    id: index & 0xffff,
    payload: `packet ${index}`,
    padTo: 60 + ((index * 37) % 1400),
  });
}

/** Sends at once what fits an empty ring; settled when the program read it all and everything expected came. */
export async function sendThrough(
  context: CheckContext,
  program: Program,
  traffic: readonly Traffic[],
): Promise<Exchanged> {
  const before = await context.counters();
  const sent = (counters: Counters, { via, frames }: Traffic) =>
    offered(counters, via) - offered(before, via) >= frames.length && counters.unread(counterName(via)) === 0;
  const came = (counters: Counters, { outOf, expected }: Traffic) =>
    counters.total(counterName(outOf), 'rx', 'packets') - before.total(counterName(outOf), 'rx', 'packets') >=
    expected.length;
  const exchanged = await context.exchange({
    send: Object.fromEntries(traffic.map(({ into, frames }) => [into, frames])),
    capture: traffic.map(({ outOf }) => outOf),
    until: (counters) => traffic.every((one) => sent(counters, one) && came(counters, one)),
  });
  requireRunning(program);
  return exchanged;
}

/** Longer than any check: a sender that gives up would look like a program that loses packets. */
const SENDER_WAITS_MS = 600_000;

/** A sender that waits for room as long as it takes; it ends when the last frame has left. */
export async function sendInBackground(
  context: CheckContext,
  port: string,
  frames: readonly Frame[],
): Promise<Program> {
  const content = writePcap(frames.map((frame) => ({ bytes: frameBytes(frame) })));
  const folder = await context.put({ 'sent.pcap': content });
  return await context.start(['nmio', 'send', port, `${folder}/sent.pcap`, '-w', `${SENDER_WAITS_MS}`]);
}

export function judgeTraffic(
  { captured }: Exchanged,
  { outOf, expected }: Traffic,
  hints: FrameHints,
): Verdict {
  return compareFrames(expected.map(frameBytes), captured[outOf] ?? [], hints);
}

/** What a port was given, read or lost. */
function offered(counters: Counters, port: string): number {
  const name = counterName(port);
  return counters.total(name, 'rx', 'packets') + counters.total(name, 'rx', 'drops');
}
