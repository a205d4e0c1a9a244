// SPDX-License-Identifier: BSD-2-Clause

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The nearest-rank percentile. Throws when there is nothing to choose from. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error('No values were measured.');
  return value;
}
