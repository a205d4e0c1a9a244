// SPDX-License-Identifier: BSD-2-Clause
import type { Deck, DeckList, LabList, LabPage } from '@ringlab/protocol';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import type { Course } from '../sessions/course.ts';
import type { Workspaces } from '../sessions/workspaces.ts';
import type { Store } from '../store/store.ts';
import { openRoute, type Route, requireRole, type SignedInCall, signedInRoute } from './routes.ts';

/** What a page needs of the course before its socket is open. */
export function courseRoutes(
  store: Store,
  course: Course,
  workspaces: Workspaces,
  decks: readonly Deck[],
): readonly Route[] {
  const labPage = ({ params, query, person }: SignedInCall<unknown>): LabPage => {
    const { detail, slug } = course.lab(params.slug ?? '');
    const personId = query.get('person') ?? person.personId;
    if (personId !== person.personId) requireRole(person, 'instructor');
    if (!store.people.find(personId))
      throw new Refusal('no-such-person', 'There is nobody of that id in this course.');
    return { lab: detail, files: workspaces.files({ personId, lab: slug }) };
  };
  const deckPage = ({ params }: SignedInCall<unknown>): Deck => {
    const deck = decks.find(({ slug }) => slug === params.slug);
    if (!deck) throw new Refusal('no-such-deck', 'There is no lecture of this name.');
    return deck;
  };
  return [
    openRoute('get', '/api/health', z.object({}), () => ({ ok: true })),
    signedInRoute(
      'get',
      '/api/labs',
      'attendee',
      ({ person }): LabList => ({ labs: course.summaries(person) }),
    ),
    signedInRoute('get', '/api/labs/:slug', 'attendee', labPage),
    signedInRoute(
      'get',
      '/api/decks',
      'attendee',
      (): DeckList => ({ decks: decks.map(({ markdown: _, ...summary }) => summary) }),
    ),
    signedInRoute('get', '/api/decks/:slug', 'attendee', deckPage),
  ];
}
