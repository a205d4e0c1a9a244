// SPDX-License-Identifier: BSD-2-Clause
import type { DeckSummary } from '@ringlab/protocol';
import { Presentation } from 'lucide-react';
import { Link } from 'wouter';
import { minutesText } from '../units/time-text.ts';
import { clockText } from './course-path.ts';

interface LectureStopProps {
  readonly deck: DeckSummary;
  readonly startMinutes: number;
}

export function LectureStop({ deck, startMinutes }: LectureStopProps) {
  return (
    <li className="course-stop" data-state="lecture">
      <span className="course-clock numbers">{clockText(startMinutes)}</span>
      <span className="course-mark" aria-hidden="true">
        <span className="dim">
          <Presentation size={18} />
        </span>
      </span>
      <Link href={`/slides/${deck.slug}`} className="course-lab">
        <span className="course-words">
          <span className="course-title">{deck.title}</span>
          <span className="dim">{deck.summary}</span>
        </span>
        <span className="course-facts">
          <span className="numbers">{minutesText(deck.minutes)}</span>
          <span className="course-state">{deck.slides} slides</span>
        </span>
      </Link>
    </li>
  );
}
