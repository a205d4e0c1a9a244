// SPDX-License-Identifier: BSD-2-Clause
import { navigation, useAppState } from '../../api/index.ts';
import { settleOutcomes, stepStates } from '../../lab-text/step-progress.ts';

const NO_OUTCOMES = {};

export function StepDots() {
  const steps = useAppState(({ workspace }) => workspace?.lab.steps);
  const results = useAppState(({ workspace }) => workspace?.check?.results);
  if (steps === undefined || steps.length === 0) return null;
  const states = stepStates(steps, settleOutcomes(NO_OUTCOMES, results ?? []));
  const done = states.filter((state) => state === 'done').length;
  const words = done === steps.length ? 'All steps done' : `Step ${done + 1} of ${steps.length}`;
  return (
    <button
      type="button"
      className="step-dots"
      title={words}
      onClick={() => navigation.showPanel('lab-text')}
    >
      <span className="dim">{done === steps.length ? 'done' : `step ${done + 1}/${steps.length}`}</span>
      <span className="step-dots-marks" aria-hidden="true">
        {states.map((state, index) => (
          <span key={steps[index]?.id} className={`step-dot ${state}`} />
        ))}
      </span>
    </button>
  );
}
