// SPDX-License-Identifier: BSD-2-Clause
import { distance, type RingView } from '../model/ring-view.ts';
import { isEngines, MARKS, type MarkName, spread } from './mark-labels.ts';
import { type Box, CHARACTER, type RingPlace } from './stage-layout.ts';

/** The slots of a large ring that are drawn one by one. */
export interface LensWindow {
  readonly first: number;
  readonly count: number;
}

/** From top to bottom, in lines of text: the program's names, the slots, their numbers, netmap's names. */
export const LENS_ROWS = { names: 0.6, slots: 1.5, height: 2.6, numbers: 4.8, engine: 6.2 } as const;

/** A strip has a line of words on top. */
export const lensTop = ({ lens, isStrip, textPx }: RingPlace) =>
  (lens?.y ?? 0) + (isStrip ? textPx * 1.2 : 0);

/**
 * Around what is selected, or where netmap and the program are at work: from hwcur on, if head is near it. The window goes
 * on by halves, and so stands still while marks move in it.
 */
export function lensWindow(place: RingPlace, view: RingView, selected: number | undefined): LensWindow {
  const count =
    place.lens === undefined
      ? 0
      : Math.max(1, Math.floor(place.lens.width / (place.textPx * (place.isStrip ? 1.75 : 2.2))));
  const half = Math.max(1, Math.floor(count / 2));
  const wrap = (slot: number) => (slot + view.slots) % view.slots;
  if (selected !== undefined) return { first: wrap(selected - half), count };
  const around = distance(view.hwcur, view.head, view.slots) < half - 1 ? view.hwcur : view.head;
  return { first: wrap(Math.floor(around / half) * half - 2), count };
}

/** The middle of a slot's cell; undefined: it is not in the window. */
function cellMiddle(lens: Box, window: LensWindow, slots: number, slot: number): number | undefined {
  const n = distance(window.first, Math.round(slot) % slots, slots);
  return n < window.count ? lens.x + ((n + 0.5) * lens.width) / window.count : undefined;
}

export interface LensLabel {
  readonly text: string;
  readonly names: readonly MarkName[];
  /** Where its slot is; undefined: outside of the window, on the side where the text stands. */
  readonly at: number | undefined;
  readonly box: Box;
}

/** The names of the program's marks above the slots, and of netmap's below, none of which meets another. */
export function lensLabels(place: RingPlace, view: RingView, window: LensWindow): LensLabel[] {
  return [false, true].flatMap((engine) =>
    row(
      place,
      view,
      window,
      MARKS.filter((name) => isEngines(name) === engine),
      lensTop(place) + place.textPx * (engine ? LENS_ROWS.engine : LENS_ROWS.names),
    ),
  );
}

interface Group {
  readonly slot: number;
  readonly names: MarkName[];
}

function row(
  { lens, textPx }: RingPlace,
  view: RingView,
  window: LensWindow,
  marks: readonly MarkName[],
  y: number,
): LensLabel[] {
  if (lens === undefined) return [];
  const groups: Group[] = [];
  for (const name of marks) {
    const group = groups.find(({ slot }) => slot === view[name]);
    if (group) group.names.push(name);
    else groups.push({ slot: view[name], names: [name] });
  }
  const shown = groups
    .map((group) => labelOf(group, lens, view, window, textPx))
    .toSorted((a, b) => a.x - b.x);
  const wanted = shown.map(({ x, width }) => ({ start: x - width / 2, size: width }));
  const starts = spread(wanted, lens.x, lens.x + lens.width);
  return shown.map(({ width, ...label }, index) => ({
    ...label,
    box: { x: starts[index] ?? 0, y: y - textPx / 2, width, height: textPx },
  }));
}

/** A mark outside of the window says where it is, on the side that is nearer to it. */
function labelOf({ slot, names }: Group, lens: Box, view: RingView, window: LensWindow, textPx: number) {
  const at = cellMiddle(lens, window, view.slots, slot);
  const behind = distance(slot, window.first, view.slots);
  const isLeft = behind < distance((window.first + window.count) % view.slots, slot, view.slots);
  const name = names.join(' ');
  const far = isLeft ? `◂ ${name} ${slot}` : `${name} ${slot} ▸`;
  const text = at === undefined ? far : name;
  const x = at ?? (isLeft ? lens.x : lens.x + lens.width);
  return { text, names, at, x, width: (text.length + 2) * textPx * CHARACTER };
}
