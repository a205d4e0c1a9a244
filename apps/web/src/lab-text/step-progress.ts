// SPDX-License-Identifier: BSD-2-Clause
import type { CheckResult, LabStep } from '@ringlab/protocol';

/** Check id to whether it held the last time it was judged. */
export type Outcomes = Readonly<Record<string, boolean>>;

/**
 * What is known of each check: a new check run starts with every check waiting, and what was known before holds
 * until the check is judged again, so that ticks do not fall off and come back on every run.
 */
export function settleOutcomes(before: Outcomes, results: readonly CheckResult[]): Outcomes {
  const judged = results.filter(({ state }) => state === 'passed' || state === 'failed');
  if (judged.every(({ id, state }) => before[id] === (state === 'passed'))) return before;
  return { ...before, ...Object.fromEntries(judged.map(({ id, state }) => [id, state === 'passed'])) };
}

export type StepState = 'done' | 'current' | 'ahead';

/** One state a step, in order; the first that is not done is the current one. */
export function stepStates(steps: readonly LabStep[], outcomes: Outcomes): StepState[] {
  const lastDone = steps.findLastIndex((step) => holds(step, outcomes));
  const done = steps.map((step, index) => holds(step, outcomes) || isPassedReading(step, index, lastDone));
  const current = done.indexOf(false);
  return done.map((isDone, index) => (isDone ? 'done' : index === current ? 'current' : 'ahead'));
}

/** A step without checks holds nothing by itself. */
function holds(step: LabStep, outcomes: Outcomes): boolean {
  return step.checks.length > 0 && step.checks.every((id) => outcomes[id] === true);
}

/** A step that is only to be read is done when a later one is. */
function isPassedReading(step: LabStep, index: number, lastDone: number): boolean {
  return step.checks.length === 0 && index < lastDone;
}
