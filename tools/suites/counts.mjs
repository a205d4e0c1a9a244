// SPDX-License-Identifier: BSD-2-Clause

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @type {Counts} */
export const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/**
 * @param {Counts} a
 * @param {Counts} b
 * @returns {Counts}
 */
export function added(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * What a suite's report and its exit code say together. No report, or a failure that the report does not know,
 * is a failure.
 * @param {Counts | undefined} reported
 * @param {{ code: number, strict: boolean }} run with `strict`, nothing may be skipped
 * @returns {Counts}
 */
export function judged(reported, { code, strict }) {
  const { passed, failed, skipped } = reported ?? { passed: 0, failed: 1, skipped: 0 };
  const unreported = code !== 0 && failed === 0 ? 1 : 0;
  const empty = passed + failed + skipped === 0 && unreported === 0 ? 1 : 0;
  const refused = strict ? skipped : 0;
  return { passed, failed: failed + unreported + empty + refused, skipped: skipped - refused };
}

/** @param {Counts} counts */
export function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
