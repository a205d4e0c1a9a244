// SPDX-License-Identifier: BSD-2-Clause

/** One figure, as `pnpm bench` prints it. The same name always measures the same thing. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same measured in the same run without Ringlab, in the same unit. */
  readonly baseline?: number;
}

export interface Benchmark {
  readonly name: string;
  /** How it is measured, a sentence. */
  readonly how: string;
  /** Prints each figure as soon as it has it. */
  run(print: (measurement: Measurement) => void): Promise<void>;
}

/** `ratio` is value through baseline; both are null where there is nothing to compare with. */
export function asLine({ name, value, unit, baseline }: Measurement): string {
  const ratio = baseline === undefined || baseline === 0 ? null : rounded(value / baseline);
  return JSON.stringify({
    name,
    value: rounded(value),
    unit,
    baseline: baseline === undefined ? null : rounded(baseline),
    ratio,
  });
}

/** To three digits behind the point: more would be noise. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
