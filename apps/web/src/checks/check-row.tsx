// SPDX-License-Identifier: BSD-2-Clause
import type { CheckResult, Measurement } from '@ringlab/protocol';
import { Check, ChevronRight, Circle, LoaderCircle, Minus, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { navigation } from '../api/index.ts';
import { durationText } from '../units/time-text.ts';
import { PacketBytes } from './packet-bytes.tsx';

const MARKS: Readonly<Record<CheckResult['state'], { readonly icon: ReactNode; readonly words: string }>> = {
  waiting: { icon: <Circle />, words: 'not judged yet' },
  running: { icon: <LoaderCircle />, words: 'being judged' },
  passed: { icon: <Check />, words: 'passes' },
  failed: { icon: <X />, words: 'fails' },
  skipped: { icon: <Minus />, words: 'skipped' },
};

/** One sentence; a failed one is open and tells what happened. */
export function CheckRow({ result }: { readonly result: CheckResult }) {
  const [opened, setOpened] = useState<boolean>();
  const isOpen = (opened ?? result.state === 'failed') && hasStory(result);
  const mark = MARKS[result.state];
  return (
    <li className="check-row" data-state={result.state}>
      <button
        type="button"
        className="check-title"
        aria-expanded={hasStory(result) ? isOpen : undefined}
        disabled={!hasStory(result)}
        onClick={() => setOpened(!isOpen)}
      >
        <span className="check-mark" role="img" aria-label={mark.words}>
          {mark.icon}
        </span>
        <span>{result.title}</span>
        {result.durationMs !== undefined && (
          <span className="check-duration numbers">{durationText(result.durationMs)}</span>
        )}
        {hasStory(result) && <ChevronRight className="check-chevron" aria-hidden="true" />}
      </button>
      {result.measured && <Measured measured={result.measured} />}
      {isOpen && <Story result={result} />}
    </li>
  );
}

/** Seen without opening the row: it is what the check was for. */
function Measured({ measured }: { readonly measured: readonly Measurement[] }) {
  return (
    <dl className="check-measured" aria-label="Measured">
      {measured.map(({ name, value, beside }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="numbers">{value}</dd>
          {beside !== undefined && <dd className="check-beside numbers">{beside}</dd>}
        </div>
      ))}
    </dl>
  );
}

function hasStory({ sent, expected, actual, hint, packets, location }: CheckResult): boolean {
  return [sent, expected, actual, hint, packets, location].some((part) => part !== undefined);
}

function Story({ result }: { readonly result: CheckResult }) {
  const { location } = result;
  return (
    <div className="check-story">
      <dl>
        <Line name="Sent" words={result.sent} />
        <Line name="Expected" words={result.expected} />
        <Line name="Came" words={result.actual} />
      </dl>
      {result.packets && <PacketBytes {...result.packets} />}
      {result.hint !== undefined && <p className="check-hint">{withCode(result.hint)}</p>}
      {location && (
        <button
          type="button"
          className="button quiet check-location mono"
          onClick={() => navigation.openLocation(location.path, location.line)}
        >
          Go to {location.path}:{location.line}
        </button>
      )}
    </div>
  );
}

/** What stands between backquotes is code. */
function withCode(text: string): ReactNode {
  return [...text.matchAll(/`([^`]*)`|[^`]+/g)].map(({ index, 0: whole, 1: code }) =>
    code === undefined ? whole : <code key={index}>{code}</code>,
  );
}

function Line({ name, words }: { readonly name: string; readonly words: string | undefined }) {
  if (words === undefined) return null;
  return (
    <div data-line={name}>
      <dt>{name}</dt>
      <dd>{words}</dd>
    </div>
  );
}
