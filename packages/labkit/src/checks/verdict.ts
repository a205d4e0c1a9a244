// SPDX-License-Identifier: BSD-2-Clause

import type { Measurement } from '@ringlab/protocol';

/** What a check found out. */
export type Verdict = Success | Failure;

export interface Success {
  readonly passed: true;
  /** What came, a sentence, where it is worth reading even though all is well: what was measured. */
  readonly actual?: string;
  readonly measured?: readonly Measurement[];
}

export interface Failure {
  readonly passed: false;
  /** What happened in place of the expected, a sentence. */
  readonly actual: string;
  /** The id, in `lab.yaml`, of the hint that fits the mistake. */
  readonly hint: string;
  /** In place of the check's own `expected`, when there is something more exact to say. */
  readonly expected?: string;
  readonly packets?: { readonly expectedHex: string; readonly actualHex: string };
  readonly measured?: readonly Measurement[];
}

export const passed: Success = { passed: true };

export function passedWith(actual: string, measured?: readonly Measurement[]): Success {
  return { passed: true, actual, ...(measured === undefined ? {} : { measured }) };
}

export function failed(actual: string, hint: string, more: Partial<Omit<Failure, 'passed'>> = {}): Failure {
  return { passed: false, actual, hint, ...more };
}

/** The first failure of several verdicts, or passed. */
export function firstFailure(...verdicts: readonly Verdict[]): Verdict {
  return verdicts.find((verdict) => !verdict.passed) ?? passed;
}
