// SPDX-License-Identifier: BSD-2-Clause
import type { CheckInfo, LabStep } from '@ringlab/protocol';
import { Check, Circle, X } from 'lucide-react';
import { navigation } from '../api/index.ts';
import { Hints } from './hints.tsx';
import { Markdown } from './markdown.tsx';
import type { Outcomes, StepState } from './step-progress.ts';

interface StepProps {
  readonly step: LabStep;
  readonly number: number;
  readonly state: StepState;
  readonly outcomes: Outcomes;
  readonly checks: readonly CheckInfo[];
  readonly hintsShown: number;
  readonly onHints: (shown: number) => void;
}

const STATE_WORDS: Readonly<Record<StepState, string>> = {
  done: 'done',
  current: 'current step',
  ahead: 'to come',
};

export function Step({ step, number, state, outcomes, checks, hintsShown, onHints }: StepProps) {
  const own = checks.filter(({ id }) => step.checks.includes(id));
  return (
    <li className="lab-step" data-state={state}>
      <h2>
        <span className="lab-step-mark" role="img" aria-label={STATE_WORDS[state]}>
          {state === 'done' ? <Check /> : number}
        </span>
        {step.title}
      </h2>
      <Markdown text={step.text} />
      {own.length > 0 && (
        <ul className="lab-step-checks" aria-label="Checks of this step">
          {own.map((check) => (
            <StepCheck key={check.id} check={check} holds={outcomes[check.id]} />
          ))}
        </ul>
      )}
      <Hints hints={step.hints} shown={hintsShown} onShow={onHints} />
    </li>
  );
}

function StepCheck({ check, holds }: { readonly check: CheckInfo; readonly holds: boolean | undefined }) {
  const words = holds === undefined ? 'not judged yet' : holds ? 'passes' : 'fails';
  return (
    <li data-holds={holds ?? 'unknown'}>
      <button
        type="button"
        title={`${words}; show the checks`}
        onClick={() => navigation.showPanel('checks')}
      >
        <span role="img" aria-label={words}>
          {holds === undefined ? <Circle /> : holds ? <Check /> : <X />}
        </span>
        {check.title}
      </button>
    </li>
  );
}
