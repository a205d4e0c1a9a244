// SPDX-License-Identifier: BSD-2-Clause

/** How often sandboxes are made and ended while what they leave is counted: a few times in every test run, and 200 by `pnpm cycles`. */
export function cyclesOr(few: number): number {
  return Number(process.env.RINGLAB_TEST_CYCLES ?? few);
}

/** A line for who ran it; of lists it says how many are in them. */
export function tellCounts(what: string, before: object, after: object): void {
  console.log(`${what}: ${counts(before)} before, ${counts(after)} after`);
}

function counts(traces: object): string {
  const sizes = Object.entries(traces).map(([name, found]) => [
    name,
    Array.isArray(found) ? found.length : found,
  ]);
  return JSON.stringify(Object.fromEntries(sizes));
}
