// SPDX-License-Identifier: BSD-2-Clause
import type { LabSummary } from '@ringlab/protocol';
import { Check, Lock } from 'lucide-react';
import { Link } from 'wouter';
import { minutesText } from '../units/time-text.ts';
import { clockText, type Stop, stateWords } from './course-path.ts';

interface LabStopProps {
  readonly stop: Stop;
  /** An instructor enters closed labs, too. */
  readonly isInstructor: boolean;
}

export function LabStop({ stop, isInstructor }: LabStopProps) {
  const { lab, state, startMinutes, isNext } = stop;
  const isEntered = lab.open || isInstructor;
  const content = (
    <>
      <span className="course-number numbers">{lab.slug.slice(0, 2)}</span>
      <span className="course-words">
        <span className="course-title">{lab.title}</span>
        <span className="dim">{lab.summary}</span>
        {lab.missing !== undefined && <span className="course-missing">{lab.missing}</span>}
      </span>
      <span className="course-facts">
        <span className="numbers">{minutesText(lab.minutes)}</span>
        <span className="course-state">{stateWords(stop)}</span>
        {startMinutes === undefined && <span className="course-further">for going further</span>}
      </span>
    </>
  );
  return (
    <li
      className="course-stop"
      data-state={state}
      data-next={isNext}
      data-further={startMinutes === undefined}
    >
      <span className="course-clock numbers">{startMinutes !== undefined && clockText(startMinutes)}</span>
      <Mark lab={lab} state={state} />
      {isEntered ? (
        <Link href={`/labs/${lab.slug}`} className="course-lab">
          {content}
        </Link>
      ) : (
        <div className="course-lab" aria-disabled="true">
          {content}
        </div>
      )}
    </li>
  );
}

const RADIUS = 11;
const TURN = 2 * Math.PI * RADIUS;

/** A ring with a slot for each check, filled as they pass. */
function Mark({ lab, state }: { readonly lab: LabSummary; readonly state: Stop['state'] }) {
  return (
    <span className="course-mark" aria-hidden="true">
      <svg viewBox="-14 -14 28 28" aria-hidden="true">
        <circle r={RADIUS} strokeDasharray={slotDash(lab.checks, lab.checks)} transform="rotate(-90)" />
        {lab.passed > 0 && (
          <circle
            className="course-mark-passed"
            r={RADIUS}
            strokeDasharray={slotDash(lab.passed, lab.checks)}
            transform="rotate(-90)"
          />
        )}
      </svg>
      {state === 'done' && <Check />}
      {state === 'closed' && <Lock />}
    </span>
  );
}

function slotDash(filled: number, slots: number): string {
  if (slots < 2) return `${TURN} 0`;
  const slot = TURN / slots;
  const gap = Math.min(2, slot / 3);
  return `${Array.from({ length: filled }, () => `${slot - gap} ${gap}`).join(' ')} 0 ${TURN}`;
}
