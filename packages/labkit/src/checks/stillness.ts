// SPDX-License-Identifier: BSD-2-Clause
/** Whether programs rest, however much of the machine is left for them. */
import type { CheckContext } from './context.ts';
import type { Counters } from './counters.ts';
import type { Program } from './program.ts';

const STILL_READINGS = 8;

/**
 * Waits until a sender in the background has been stopped by what is full, or has nothing left, and nothing moves any more.
 * `full`: what must be so then. False when it never was; checks go on all the same, and see why.
 */
export async function untilFull(
  context: CheckContext,
  sender: Program,
  full: (now: Counters) => boolean,
): Promise<boolean> {
  let last = '';
  let still = 0;
  return await context.until((now) => {
    const isStill = now.movement === last && (sender.ended !== undefined || full(now));
    still = isStill ? still + 1 : 0;
    last = now.movement;
    return still >= STILL_READINGS;
  });
}

/** The port of some that was synchronized most often, and how often in a second. */
export interface Busiest {
  readonly port: string;
  readonly syncs: number;
}

/** In each window programs get so many turns as it takes to read the counters that often. */
const WINDOW_READINGS = 10;
const READING_MS = 100;
const MOST_WINDOWS = 3;

/**
 * Watches these ports until a second goes by in which none of them is synchronized more than `few` times, and at most three.
 * A program that sleeps does it some ten times; one that spins, more often than that in each second that it gets a turn in.
 */
export async function busiestPort(
  context: CheckContext,
  ports: readonly string[],
  few: number,
): Promise<Busiest> {
  let least = await busiestForASecond(context, ports);
  for (let window = 1; window < MOST_WINDOWS && least.syncs > few; window++) {
    const next = await busiestForASecond(context, ports);
    if (next.syncs < least.syncs) least = next;
  }
  return least;
}

async function busiestForASecond(context: CheckContext, ports: readonly string[]): Promise<Busiest> {
  const before = await context.counters();
  const startedMs = performance.now();
  let now = before;
  for (let reading = 0; reading < WINDOW_READINGS; reading++) {
    await context.pause(READING_MS);
    now = await context.counters();
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const all = ports.map((port) => ({
    port,
    syncs: Math.round((syncsOf(now, port) - syncsOf(before, port)) / seconds),
  }));
  return all.reduce((most, one) => (one.syncs > most.syncs ? one : most));
}

function syncsOf(counters: Counters, port: string): number {
  return counters.total(port, 'rx', 'syncs') + counters.total(port, 'tx', 'syncs');
}
