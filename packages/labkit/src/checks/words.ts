// SPDX-License-Identifier: BSD-2-Clause
import { CheckFailure } from './failure.ts';
import type { Program } from './program.ts';
import { failed } from './verdict.ts';

/** The end of what a program printed, for a sentence's end. */
export function lastWords({ lines }: Program): string {
  const last = lines.filter((line) => line.trim() !== '').slice(-2);
  return last.length === 0 ? ' It printed nothing.' : ` It printed: ${last.join(' / ').slice(0, 300)}`;
}

/** Fails the check when the program is gone, so that no check judges a program that is not there any more. */
export function requireRunning(program: Program): void {
  const exit = program.ended;
  if (exit === undefined) return;
  const hint = exit.signal === undefined ? 'program-ended' : 'program-crashed';
  throw new CheckFailure(failed(`The program ended by itself: ${exit.words}.${lastWords(program)}`, hint));
}
