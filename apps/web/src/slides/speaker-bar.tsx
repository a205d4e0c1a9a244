// SPDX-License-Identifier: BSD-2-Clause
import { useEffect, useState } from 'react';
import ReactMarkdown from 'react-markdown';
import type { Slide } from './deck-parts.ts';
import type { Position } from './followed-deck.ts';

interface SpeakerBarProps {
  readonly slides: readonly Slide[];
  readonly position: Position;
}

/** What the room does not see: notes, what comes next, and how long it has taken. */
export function SpeakerBar({ slides, position }: SpeakerBarProps) {
  const slide = slides[position.slide];
  const next = slide?.figure?.steps[position.step + 1]?.caption ?? titleOf(slides[position.slide + 1]);
  return (
    <aside className="speaker" aria-label="Speaker notes">
      <Clock />
      <p className="dim">Next: {next}</p>
      <div className="speaker-notes">
        <ReactMarkdown>{slide?.notes === '' ? 'No notes.' : slide?.notes}</ReactMarkdown>
      </div>
    </aside>
  );
}

function titleOf(slide: Slide | undefined): string {
  return slide?.text.match(/^#+ (.*)$/m)?.[1] ?? 'the end';
}

function Clock() {
  const [startedMs] = useState(() => Date.now());
  const [nowMs, setNowMs] = useState(startedMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.round((nowMs - startedMs) / 1000);
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return <p className="speaker-clock numbers">{clock}</p>;
}
