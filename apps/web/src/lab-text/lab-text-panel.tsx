// SPDX-License-Identifier: BSD-2-Clause
import './lab-text.css';
import type { LabDetail, LabStep } from '@ringlab/protocol';
import { type RefObject, useEffect, useRef } from 'react';
import { useAppState, useNavigation } from '../api/index.ts';
import { minutesText } from '../units/time-text.ts';
import { Markdown } from './markdown.tsx';
import { Question } from './question.tsx';
import { useRemembered } from './remembered.ts';
import { Solution } from './solution.tsx';
import { Step } from './step.tsx';
import { type StepState, stepStates } from './step-progress.ts';
import { useOutcomes } from './use-outcomes.ts';

export function LabTextPanel() {
  const lab = useAppState((state) => state.workspace?.lab);
  const person = useAppState((state) => state.workspace?.ref.personId);
  return (
    <section className="panel-body lab-text" aria-label="Lab">
      <LabFaults />
      {lab && <LabText key={`${lab.slug} ${person}`} lab={lab} />}
    </section>
  );
}

/** Only its author sees these, while writing. */
function LabFaults() {
  const faults = useAppState((state) => state.workspace?.labFaults) ?? [];
  if (faults.length === 0) return null;
  return (
    <div className="notice bad lab-faults" role="alert">
      <p>The lab is shown as it was before these faults:</p>
      <ul>
        {faults.map((fault) => (
          <li key={fault}>{fault}</li>
        ))}
      </ul>
    </div>
  );
}

function LabText({ lab }: { readonly lab: LabDetail }) {
  const [numbers, remember] = useRemembered(lab.slug);
  const outcomes = useOutcomes();
  const states = stepStates(lab.steps, outcomes);
  const steps = useCurrentInView(states);
  useAskedInView(steps, lab.steps);
  const further = lab.further ?? [];
  const furtherStates = stepStates(further, outcomes);
  const stepAt = (step: LabStep, index: number, state: StepState = 'ahead') => (
    <Step
      key={step.id}
      step={step}
      number={index + 1}
      state={state}
      outcomes={outcomes}
      checks={lab.checks}
      hintsShown={numbers[`hints ${step.id}`] ?? 0}
      onHints={(shown) => remember(`hints ${step.id}`, shown)}
    />
  );
  return (
    <article>
      <LabTop lab={lab} />
      <Markdown text={lab.intro} />
      <ol className="lab-steps" ref={steps}>
        {lab.steps.map((step, index) => stepAt(step, index, states[index]))}
      </ol>
      {lab.questions.length > 0 && (
        <section className="lab-questions">
          <h2>Questions</h2>
          {lab.questions.map((question) => (
            <Question
              key={question.id}
              question={question}
              answer={numbers[`answer ${question.id}`]}
              onAnswer={(choice) => remember(`answer ${question.id}`, choice)}
            />
          ))}
        </section>
      )}
      <Solution lab={lab.slug} />
      {(lab.goingFurther !== '' || further.length > 0) && (
        <section className="lab-further">
          <h2>Going further</h2>
          <Markdown text={lab.goingFurther} />
          <ol className="lab-steps" aria-label="Tasks for going further">
            {further.map((task, index) => stepAt(task, index, furtherStates[index]))}
          </ol>
        </section>
      )}
    </article>
  );
}

function LabTop({ lab }: { readonly lab: LabDetail }) {
  return (
    <header className="lab-top">
      <p className="lab-number numbers">
        {lab.slug.slice(0, 2)} <span>{minutesText(lab.minutes)}</span>
      </p>
      <h1>{lab.title}</h1>
      <p className="lab-summary">{lab.summary}</p>
      <h2>Goals</h2>
      <ul className="lab-goals">
        {lab.goals.map((goal) => (
          <li key={goal}>{goal}</li>
        ))}
      </ul>
    </header>
  );
}

/** Scrolls to the step that just became current; at first, only when work has begun. */
function useCurrentInView(states: readonly StepState[]) {
  const list = useRef<HTMLOListElement>(null);
  const current = states.indexOf('current');
  const before = useRef<number>(undefined);
  useEffect(() => {
    const isNews = before.current === undefined ? current > 0 : current > before.current;
    const behavior = before.current === undefined ? 'instant' : 'smooth';
    before.current = current;
    if (isNews) list.current?.children[current]?.scrollIntoView({ block: 'start', behavior });
  }, [current]);
  return list;
}

/** Scrolls to the step that another page or panel asked for. */
function useAskedInView(list: RefObject<HTMLOListElement | null>, steps: readonly LabStep[]): void {
  const asked = useNavigation(({ step }) => step);
  const index = steps.findIndex(({ id }) => id === asked?.id);
  // biome-ignore lint/correctness/useExhaustiveDependencies: who asks for the same step again means it.
  useEffect(() => {
    list.current?.children[index]?.scrollIntoView({ block: 'start' });
  }, [list, index, asked]);
}
