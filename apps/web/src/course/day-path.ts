// SPDX-License-Identifier: BSD-2-Clause
import type { DeckSummary, LabSummary } from '@ringlab/protocol';
import { coursePath, type Stop } from './course-path.ts';

/** What the day is made of, in its order, with when each begins. */
export type DayStop =
  | { readonly kind: 'lab'; readonly stop: Stop }
  | { readonly kind: 'lecture'; readonly deck: DeckSummary; readonly startMinutes: number };

/** A lecture stands before the lab that it names, or, where that is missing, before the next one. */
export function dayPath(labs: readonly LabSummary[], decks: readonly DeckSummary[]): DayStop[] {
  const slugOf = (deck: DeckSummary) =>
    labs.find(({ slug }) => deck.before !== undefined && slug >= deck.before)?.slug;
  const day: DayStop[] = [];
  let startMinutes = 0;
  const add = (before: string | undefined) => {
    for (const deck of decks.filter((each) => slugOf(each) === before)) {
      day.push({ kind: 'lecture', deck, startMinutes });
      startMinutes += deck.minutes;
    }
  };
  for (const stop of coursePath(labs)) {
    add(stop.lab.slug);
    const isOfIt = stop.startMinutes !== undefined;
    day.push({ kind: 'lab', stop: isOfIt ? { ...stop, startMinutes } : stop });
    if (isOfIt) startMinutes += stop.lab.minutes;
  }
  add(undefined);
  return day;
}
