// SPDX-License-Identifier: BSD-2-Clause

/** A number as an instrument shows it: three significant digits, and the unit that makes them readable. */
export interface Quantity {
  readonly digits: string;
  readonly unit: string;
}

export type RateUnit = 'pps' | 'bps';

const PREFIXES = ['', 'k', 'M', 'G', 'T'];
/** The widest that `digits` gets: `2.03`, `20.3`, `999`. */
const QUANTITY_DIGITS = 4;
const FIGURE_SPACE = '\u2007';

/** `2034000, 'pps'` is `2.03 Mpps`; below one it is `0`. Never more than four characters of digits. */
export function quantity(value: number, unit: RateUnit | string): Quantity {
  if (!(value >= 1)) return { digits: '0', unit };
  const power = prefixPower(value);
  const scaled = value / 1000 ** power;
  return {
    digits: power === 0 ? Math.round(scaled).toString() : threeDigits(scaled),
    unit: PREFIXES[power] + unit,
  };
}

/** The power of 1000 whose prefix leaves fewer than four digits after rounding: 999 600 is `1.00 M`. */
function prefixPower(value: number): number {
  let power = 0;
  while (power < PREFIXES.length - 1 && value / 1000 ** power >= 999.5) power += 1;
  return power;
}

function threeDigits(scaled: number): string {
  if (scaled >= 99.95) return scaled.toFixed(0);
  return scaled >= 9.995 ? scaled.toFixed(1) : scaled.toFixed(2);
}

/** `2.03 Mpps` */
export function quantityText(value: number, unit: RateUnit | string): string {
  const { digits, unit: prefixed } = quantity(value, unit);
  return `${digits} ${prefixed}`;
}

/** The same, as wide whatever the value: digits padded on the left, the unit on the right, by figure spaces. */
export function fixedQuantityText(value: number, unit: RateUnit | string): string {
  const { digits, unit: prefixed } = quantity(value, unit);
  return `${digits.padStart(QUANTITY_DIGITS, FIGURE_SPACE)} ${prefixed.padEnd(unit.length + 1, FIGURE_SPACE)}`;
}

const FRACTIONS = ['n', 'µ', 'm', ''];

/** For what may be far below one, as times are: `28.7 µs`, `1.20 ms`, `2.03 Mpps`; with `round`, `100 µs`. */
export function siText(value: number, unit: string, round = false): string {
  if (!(value > 0)) return `0 ${unit}`;
  const power = Math.min(4, Math.max(-3, Math.floor(Math.log10(value * 1.0005) / 3)));
  const scaled = value / 1000 ** power;
  const prefix = power < 0 ? FRACTIONS[power + 3] : PREFIXES[power];
  return `${round ? Number(scaled.toPrecision(3)) : threeDigits(scaled)} ${prefix}${unit}`;
}

/** `1,048,576`: counts are exact, and grouped so that they can be read. */
export function countText(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
