// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ringView } from '../model/ring-view.ts';
import { freshRing } from '../model/script.ts';
import { meets } from './flag-key.ts';
import { lensLabels, lensTop, lensWindow } from './lens-layout.ts';
import { clearRadius, labelsOf, MARKS } from './mark-labels.ts';
import type { ShownMarks } from './motion.ts';
import { type Box, layoutRings, type RingPlace } from './stage-layout.ts';

const SIZES = [
  { name: 'a slide', width: 1168, height: 370 },
  { name: 'a full screen', width: 1888, height: 940 },
  { name: 'the docked panel', width: 322, height: 230 },
  { name: 'the docked panel with a slot chosen', width: 322, height: 150 },
] as const;

function placeOf(
  slots: number,
  { width, height }: { readonly width: number; readonly height: number },
): RingPlace {
  const rings = [freshRing('in', 'rx', slots), freshRing('out', 'tx', slots)].map(ringView);
  const [place] = layoutRings(rings, width, height);
  if (place === undefined) throw new Error('no place');
  return place;
}

/** The first fault, in words: so many positions are too many for an expectation each. */
function faultOf(place: RingPlace, boxes: readonly Box[]): string | undefined {
  const { cell } = place;
  for (const [index, box] of boxes.entries()) {
    const [right, bottom] = [box.x + box.width, box.y + box.height];
    if (box.x < cell.x - 0.01 || right > cell.x + cell.width + 0.01) return 'beside the cell';
    if (box.y < cell.y - 0.01 || bottom > cell.y + cell.height + 0.01) return 'above or below the cell';
    const inside = { ...box, width: box.width - 0.01, height: box.height - 0.01 };
    if (boxes.slice(index + 1).some((other) => meets(inside, other))) return 'two labels meet';
  }
  return undefined;
}

/** From the middle of the ring to the nearest point of a box. */
function nearest({ x, y }: RingPlace, box: Box): number {
  const dx = Math.max(box.x - x, 0, x - box.x - box.width);
  const dy = Math.max(box.y - y, 0, y - box.y - box.height);
  return Math.hypot(dx, dy);
}

function ringFault(place: RingPlace, slots: number, marks: ShownMarks): string | undefined {
  const labels = labelsOf(place, slots, marks);
  const named = labels.flatMap(({ lines }) => lines.flat());
  if (named.toSorted().join() !== MARKS.toSorted().join()) return `names ${named}`;
  if (labels.some(({ box }) => nearest(place, box) < clearRadius(place) - 0.01)) return 'on the ring';
  return faultOf(
    place,
    labels.map(({ box }) => box),
  );
}

/** Every nth of all positions of the five marks. */
function* positions(slots: number, step: number): Generator<ShownMarks> {
  const at = (n: number, digit: number) => Math.floor(n / slots ** digit) % slots;
  for (let n = 0; n < slots ** 5; n += step)
    yield { head: at(n, 0), cur: at(n, 1), tail: at(n, 2), hwcur: at(n, 3), hwtail: at(n, 4) };
}

function expectApart(size: (typeof SIZES)[number], slots: number, step: number): void {
  const place = placeOf(slots, size);
  for (const marks of positions(slots, step)) {
    const fault = ringFault(place, slots, marks);
    if (fault) expect.fail(`${fault}: ${JSON.stringify(marks)}`);
  }
}

it('the names of marks never meet in any state of 8 slots', () => expectApart(SIZES[0], 8, 1));

describe.each(SIZES)('the names of marks on $name', (size) => {
  it.each([
    [8, 5],
    [16, 101],
  ])('never meet each other or the ring of %i slots', (slots, step) => expectApart(size, slots, step));

  it('never meet in the window of a large ring, in which head is', () => {
    const place = placeOf(1024, size);
    const slot = fc.oneof(fc.nat(1023), fc.nat(8));
    fc.assert(
      fc.property(slot, slot, slot, slot, slot, (head, cur, tail, hwcur, hwtail) => {
        const view = { ...ringView(freshRing('in', 'rx', 1024)), head, cur, tail, hwcur, hwtail };
        const labels = lensLabels(place, view, lensWindow(place, view, undefined));
        const lens = place.lens ?? place.cell;
        const boxes = labels.map(({ box }) => box);
        expect(faultOf({ ...place, cell: lens }, boxes)).toBeUndefined();
        expect(labels.flatMap(({ names }) => names).toSorted()).toEqual(MARKS.toSorted());
        expect(labels.find(({ names }) => names.includes('head'))?.at).toBeDefined();
        expect(lensTop(place)).toBeGreaterThanOrEqual(lens.y);
        if (!place.isStrip) expect(ringFault(place, 1024, view)).toBeUndefined();
      }),
    );
  });
});

it('before and after a sync the window of a large ring shows the same slots', () => {
  const place = placeOf(1024, SIZES[2]);
  const before = { ...ringView(freshRing('hand', 'tx', 1024)), head: 3, cur: 3, hwcur: 0 };
  const after = { ...before, hwcur: 3 };
  const [old, now] = [before, after].map((view) => lensWindow(place, view, undefined));
  expect(old).toEqual(now);
  const shown = (view: typeof before) =>
    lensLabels(place, view, lensWindow(place, view, undefined)).map(({ text }) => text);
  expect(shown(before).toSorted()).toEqual(['head cur', 'hwcur', 'hwtail', 'tail']);
  expect(shown(after).toSorted()).toEqual(['head cur', 'hwcur', 'hwtail', 'tail']);
  expect(place.textPx).toBeGreaterThanOrEqual(9);
});
