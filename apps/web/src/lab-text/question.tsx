// SPDX-License-Identifier: BSD-2-Clause
import type { LabQuestion } from '@ringlab/protocol';
import { Check, X } from 'lucide-react';
import { Markdown } from './markdown.tsx';

interface QuestionProps {
  readonly question: LabQuestion;
  /** The index of the choice that was taken last. */
  readonly answer: number | undefined;
  readonly onAnswer: (choice: number) => void;
}

/** Answered at once, right or wrong, and explained; another choice may be tried. */
export function Question({ question, answer, onAnswer }: QuestionProps) {
  return (
    <fieldset className="lab-question">
      <legend>
        <Markdown text={question.prompt} />
      </legend>
      {question.choices.map((choice, index) => {
        const isTaken = index === answer;
        return (
          <div key={choice.text} className="lab-choice" data-taken={isTaken} data-correct={choice.correct}>
            <label>
              <input type="radio" name={question.id} checked={isTaken} onChange={() => onAnswer(index)} />
              <Markdown text={choice.text} />
              {isTaken && (choice.correct ? <Check aria-label="right" /> : <X aria-label="not right" />)}
            </label>
            {isTaken && (
              <div className="lab-explanation" role="status">
                <Markdown text={choice.explanation} />
              </div>
            )}
          </div>
        );
      })}
    </fieldset>
  );
}
