// SPDX-License-Identifier: BSD-2-Clause

/** An axis on which equal ratios are equal lengths, from one pixel to another. */
export interface LogScale {
  readonly from: number;
  readonly to: number;
  /** Of a value, in px. */
  at(value: number): number;
  /** Powers of ten get words; all others a fine line. */
  readonly marks: readonly { readonly value: number; readonly isPower: boolean }[];
}

/** Wide enough that a single point does not stand on a bare axis. */
const LEAST_RATIO = 100;
/** So that an axis stands still while points come that are little beyond the others. */
const STEPS = [1, 3, 10];

/** Holds all values, which are above zero; of none it is `nothing` wide. */
export function logScale(
  values: readonly number[],
  nothing: readonly [from: number, to: number],
  pixels: readonly [from: number, to: number],
): LogScale {
  const [from, to] = values.length === 0 ? nothing : ends(Math.min(...values), Math.max(...values));
  const length = Math.log10(to / from);
  const at = (value: number) => pixels[0] + ((pixels[1] - pixels[0]) * Math.log10(value / from)) / length;
  return { from, to, at, marks: marksBetween(from, to) };
}

function ends(least: number, most: number): [number, number] {
  const missing = Math.max(1, Math.sqrt(LEAST_RATIO / (most / least)));
  const from = stepBelow(least / Math.min(missing, 10));
  return [from, stepAbove(Math.max(most, from * LEAST_RATIO))];
}

function stepBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (STEPS.findLast((step) => step * power <= value) ?? 1) * power;
}

function stepAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (STEPS.find((step) => step * power >= value) ?? 10) * power;
}

/** What was multiplied may be a hair off. */
const HAIR = 1 + 1e-9;

function marksBetween(from: number, to: number): LogScale['marks'] {
  const first = Math.floor(Math.log10(from));
  const powers = Array.from({ length: Math.ceil(Math.log10(to)) - first + 1 }, (_, index) => first + index);
  const all = powers.flatMap((power) =>
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => ({
      value: Number(`${digit}e${power}`),
      isPower: digit === 1,
    })),
  );
  return all.filter(({ value }) => value * HAIR >= from && value <= to * HAIR);
}
