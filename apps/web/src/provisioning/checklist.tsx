// SPDX-License-Identifier: BSD-2-Clause
import type { DriverName, ProvisionLine, ProvisionLineState } from '@ringlab/protocol';
import { Check, Circle, LoaderCircle, Minus, X } from 'lucide-react';
import { durationText } from '../units/time-text.ts';

const PARTS: readonly (readonly [part: ProvisionLine['part'], title: string])[] = [
  ['drivers', 'Drivers'],
  ['image', 'What they start from'],
  ['pool', 'Ready when somebody presses Run'],
  ['labs', 'Every lab’s solution'],
];

const MARKS: Readonly<Record<ProvisionLineState, { readonly Icon: typeof Check; readonly says: string }>> = {
  waiting: { Icon: Circle, says: 'waiting' },
  working: { Icon: LoaderCircle, says: 'working' },
  good: { Icon: Check, says: 'good' },
  bad: { Icon: X, says: 'bad' },
  'left-out': { Icon: Minus, says: 'left out' },
};

interface ChecklistProps {
  readonly lines: readonly ProvisionLine[];
  readonly driver: DriverName | undefined;
}

export function Checklist({ lines, driver }: ChecklistProps) {
  return PARTS.map(([part, title]) => (
    <section key={part} className="provisioning-part" aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {lines
          .filter((line) => line.part === part)
          .map((line) => (
            <Line key={line.id} line={line} chosen={part === 'drivers' && line.title === driver} />
          ))}
      </ul>
    </section>
  ));
}

function Line({ line, chosen }: { readonly line: ProvisionLine; readonly chosen: boolean }) {
  const { title, state, words, done, tookMs } = line;
  const { Icon, says } = MARKS[state];
  return (
    <li data-state={state} aria-label={title}>
      <Icon className="provisioning-mark" size={15} role="img" aria-label={says} />
      <span className="provisioning-title">
        {title}
        {chosen && <small>chosen</small>}
      </span>
      <span className="provisioning-words">{words}</span>
      <span className="numbers dim">{tookMs === undefined ? '' : durationText(tookMs)}</span>
      {done !== undefined && (
        <progress value={done} aria-label={title}>
          {Math.floor(done * 100)} %
        </progress>
      )}
    </li>
  );
}
