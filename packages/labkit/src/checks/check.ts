// SPDX-License-Identifier: BSD-2-Clause
import type { CheckContext } from './context.ts';
import type { Verdict } from './verdict.ts';

/** One sentence about the attendee's program that is either true or false. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** What the check sends or does, a sentence. */
  readonly sent: string;
  /** What a right program does then, a sentence. */
  readonly expected: string;
  /** Checks that must have passed before this one says anything; when one did not, this one is skipped. */
  readonly after?: readonly string[];
  /** It starts something in a machine of the lab's; where there are none, it is skipped. */
  readonly inMachine?: boolean;
  /** Judges. What it throws is reported as a failure of the check itself, never as passed. */
  run(context: CheckContext): Promise<Verdict>;
}

/** What `checks.ts` of a lab exports by default; the loader looks for faults in it. */
export function defineChecks(checks: readonly Check[]): readonly Check[] {
  return checks;
}

/** Whether this is what `defineChecks` gives: what a lab's author wrote is not ours to trust. */
export function isCheckList(value: unknown): value is readonly Check[] {
  return Array.isArray(value) && value.every(isCheck);
}

function isCheck(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const check = value as Partial<Record<keyof Check, unknown>>;
  const texts = [check.id, check.title, check.sent, check.expected];
  return texts.every((text) => typeof text === 'string' && text !== '') && typeof check.run === 'function';
}
