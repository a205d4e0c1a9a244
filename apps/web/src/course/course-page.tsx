// SPDX-License-Identifier: BSD-2-Clause
import './course.css';
import type { DeckSummary, LabSummary, Me } from '@ringlab/protocol';
import { ArrowRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link, Redirect } from 'wouter';
import { actions, useAppState } from '../api/index.ts';
import { minutesText } from '../units/time-text.ts';
import { coursePath, isOfTheDay } from './course-path.ts';
import { dayPath } from './day-path.ts';
import { LabStop } from './lab-stop.tsx';
import { LectureStop } from './lecture-stop.tsx';

export function CoursePage() {
  const session = useAppState((state) => state.session);
  const me = useAppState((state) => state.me);
  if (session === 'signed-out') return <Redirect to="/join" replace />;
  return <main className="page">{me && <Course me={me} />}</main>;
}

function Course({ me }: { readonly me: Me }) {
  const labs = useAppState((state) => state.labs);
  const decks = useDecks();
  const next = coursePath(labs).find(({ isNext }) => isNext);
  return (
    <>
      <CourseBar me={me} />
      <div className="course-day">
        <header className="course-top">
          <h1>The netmap framework for NFV applications</h1>
          <p className="dim">{dayWords(labs, decks)}</p>
          {next && (
            <Link href={`/labs/${next.lab.slug}`} className="button primary course-next">
              {next.state === 'begun' ? 'Go on with' : 'Start with'} {next.lab.title}
              <ArrowRight aria-hidden="true" />
            </Link>
          )}
        </header>
        {labs.length === 0 && <Waiting />}
        <ol className="course-path" aria-label="Labs of the day">
          {dayPath(labs, labs.length === 0 ? [] : decks).map((each) =>
            each.kind === 'lab' ? (
              <LabStop
                key={each.stop.lab.slug}
                stop={each.stop}
                isInstructor={me.person.role === 'instructor'}
              />
            ) : (
              <LectureStop
                key={`lecture ${each.deck.slug}`}
                deck={each.deck}
                startMinutes={each.startMinutes}
              />
            ),
          )}
        </ol>
      </div>
    </>
  );
}

/** None until they came, and none where they cannot be had: the labs are there all the same. */
function useDecks(): readonly DeckSummary[] {
  const [decks, setDecks] = useState<readonly DeckSummary[]>([]);
  useEffect(() => {
    actions.decks().then(setDecks, () => undefined);
  }, []);
  return decks;
}

function CourseBar({ me }: { readonly me: Me }) {
  return (
    <nav className="page-bar" aria-label="Course">
      <span className="page-name">Ringlab</span>
      <span className="dim course-code">
        course <span className="mono">{me.courseCode}</span>
      </span>
      <span className="course-person">
        {me.person.role === 'instructor' && <Link href="/board">Board</Link>}
        <Link
          href="/live-image"
          className="course-stick"
          title="The whole course, for a laptop without a network"
        >
          Ringlab on a stick
        </Link>
        <span className="course-name">{me.person.name}</span>
        <button type="button" className="button quiet" onClick={() => void actions.leave()}>
          Leave
        </button>
      </span>
    </nav>
  );
}

function Waiting() {
  const connection = useAppState((state) => state.connection);
  return (
    <p className="dim course-waiting" role="status">
      {connection === 'online'
        ? 'Reading the list of labs.'
        : 'Waiting for the server; the list of labs comes with it.'}
    </p>
  );
}

function dayWords(labs: readonly LabSummary[], decks: readonly DeckSummary[]): string {
  if (labs.length === 0) return '';
  const done = labs.filter(({ passed, checks }) => checks > 0 && passed === checks).length;
  const ofTheDay = labs.filter((lab) => isOfTheDay(lab, labs));
  const further = labs.filter((lab) => !isOfTheDay(lab, labs));
  const lectures = decks.length === 0 ? '' : ` and ${decks.length} lectures`;
  const more = further.length === 0 ? '' : `, and ${further.length} labs more for going further`;
  const day = `${ofTheDay.length} labs${lectures}, ${minutesText(sumOf([...ofTheDay, ...decks]))}${more}`;
  return `${day}; ${done === 0 ? 'no lab done yet' : `${done} labs done`}`;
}

const sumOf = (parts: readonly { readonly minutes: number }[]): number =>
  parts.reduce((sum, { minutes }) => sum + minutes, 0);
