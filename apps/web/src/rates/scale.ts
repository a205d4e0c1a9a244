// SPDX-License-Identifier: BSD-2-Clause
const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** Before anything was measured: the order of size that will be. */
const TOP_OF_NOTHING = 1_000_000;

/** The top of an axis that holds `value`: a round number, so that the axis stands still while rates tremble. */
export function roundTop(value: number): number {
  if (!(value > 0)) return TOP_OF_NOTHING;
  const power = 10 ** Math.floor(Math.log10(value));
  return (STEPS.find((step) => step * power >= value) ?? 10) * power;
}

/** Distances between the marks of an axis: 1, 2 and 5 of each decade, whole numbers only. */
export const MARK_DISTANCES: readonly number[] = Array.from(
  { length: 13 },
  (_, power) => 10 ** power,
).flatMap((unit) => [unit, 2 * unit, 5 * unit]);
