// SPDX-License-Identifier: BSD-2-Clause
const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The top of an axis that holds `value`: a round number, so that the axis stands still while rates tremble. */
export function roundTop(value: number): number {
  if (!(value > 0)) return 10;
  const power = 10 ** Math.floor(Math.log10(value));
  return (STEPS.find((step) => step * power >= value) ?? 10) * power;
}
