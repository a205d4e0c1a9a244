// SPDX-License-Identifier: BSD-2-Clause
import { Lightbulb } from 'lucide-react';
import { Markdown } from './markdown.tsx';

const STRENGTHS = ['A nudge', 'A pointer', 'Nearly the answer'];

interface HintsProps {
  readonly hints: readonly string[];
  readonly shown: number;
  readonly onShow: (shown: number) => void;
}

/** One after the other, each stronger than the one before. */
export function Hints({ hints, shown, onShow }: HintsProps) {
  const next = hints[shown];
  return (
    <div className="lab-hints">
      {hints.slice(0, shown).map((hint, index) => (
        <div key={hint} className="lab-hint">
          <p className="lab-hint-strength">{strength(index, hints.length)}</p>
          <Markdown text={hint} />
        </div>
      ))}
      {next !== undefined && (
        <button type="button" className="button quiet lab-hint-next" onClick={() => onShow(shown + 1)}>
          <Lightbulb aria-hidden="true" />
          Hint {shown + 1} of {hints.length}: {strength(shown, hints.length).toLowerCase()}
        </button>
      )}
    </div>
  );
}

/** The last is always the strongest; with more than three, those between are pointers. */
function strength(index: number, count: number): string {
  const place = index === 0 ? 0 : index === count - 1 ? 2 : 1;
  return STRENGTHS[place] ?? '';
}
