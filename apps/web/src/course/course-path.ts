// SPDX-License-Identifier: BSD-2-Clause
import type { LabSummary } from '@ringlab/protocol';

type LabState = 'done' | 'begun' | 'open' | 'closed' | 'missing';

export interface Stop {
  readonly lab: LabSummary;
  readonly state: LabState;
  /** When the lab starts, in minutes since the day's first; of one that the day has no time for, undefined. */
  readonly startMinutes: number | undefined;
  /** The one to go on with. */
  readonly isNext: boolean;
}

/** The day's labs in order, with when each begins. */
export function coursePath(labs: readonly LabSummary[]): Stop[] {
  const states = labs.map(labState);
  const next = states.findIndex((state) => state === 'begun' || state === 'open');
  let minutes = 0;
  return labs.map((lab, index) => {
    const startMinutes = isOfTheDay(lab, labs) ? minutes : undefined;
    if (startMinutes !== undefined) minutes += lab.minutes;
    return { lab, state: states[index] ?? 'closed', startMinutes, isNext: index === next };
  });
}

/** A course that says of none that it belongs to the day has time for all. */
export function isOfTheDay(lab: LabSummary, labs: readonly LabSummary[]): boolean {
  return lab.core || labs.every(({ core }) => !core);
}

/** What was done stays done, also when the lab is closed again. */
function labState(lab: LabSummary): LabState {
  if (lab.checks > 0 && lab.passed === lab.checks) return 'done';
  if (!lab.open) return 'closed';
  if (lab.missing !== undefined) return 'missing';
  return lab.passed > 0 ? 'begun' : 'open';
}

export function stateWords({ lab, state }: Stop): string {
  switch (state) {
    case 'done':
      return 'done';
    case 'begun':
      return `${lab.passed} of ${lab.checks} checks pass`;
    case 'open':
      return lab.checks === 1 ? '1 check' : `${lab.checks} checks`;
    case 'closed':
      return 'closed until the instructor opens it';
    case 'missing':
      return 'cannot run here';
  }
}

/** `0:00`, `1:25` */
export function clockText(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${(minutes % 60).toString().padStart(2, '0')}`;
}
