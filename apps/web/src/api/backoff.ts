// SPDX-License-Identifier: BSD-2-Clause
const FIRST_MS = 250;
const LONGEST_MS = 8000;

/**
 * How long to wait before the attempt with this number (from 0) after a lost connection. Half of it is random, so
 * that a class whose server restarts does not come back in one instant.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceilingMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return ceilingMs / 2 + random() * (ceilingMs / 2);
}
