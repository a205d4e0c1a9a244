// SPDX-License-Identifier: BSD-2-Clause
const QUIETEST_PPS = 100;
const LOUDEST_PPS = 20_000_000;

/**
 * How loaded a link looks, 0 to 1. Rates here span six decades, so it counts decades: what one packet a second and
 * line rate have in common is that both are seen.
 */
export function loadOf(ratePps: number): number {
  if (ratePps <= 0) return 0;
  const decades = Math.log10(ratePps / QUIETEST_PPS) / Math.log10(LOUDEST_PPS / QUIETEST_PPS);
  return Math.min(1, Math.max(0.05, decades));
}

/** How fast packets are drawn to move, in px a second. */
export function speedOf(ratePps: number): number {
  return ratePps <= 0 ? 0 : 24 + 176 * loadOf(ratePps);
}

export const MOST_DROP_TICKS = 5;

/** One tick for the first lost packet a second, five when a million are. */
export function dropTicks(dropPps: number): number {
  if (dropPps < 0.5) return 0;
  return Math.min(MOST_DROP_TICKS, 1 + Math.floor(Math.log10(Math.max(1, dropPps)) / 1.5));
}
