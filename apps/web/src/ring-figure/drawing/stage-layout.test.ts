// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ringView } from '../model/ring-view.ts';
import { freshRing } from '../model/script.ts';
import { marksBetween, streamed } from './motion.ts';
import { bufferSpot, layoutRings, slotAt } from './stage-layout.ts';

const rings = (count: number, slots: number) =>
  Array.from({ length: count }, (_, n) => ringView(freshRing(`p${n}`, n % 2 === 0 ? 'rx' : 'tx', slots)));

it('gives every ring a place of its own inside the canvas', () => {
  const size = fc.integer({ min: 300, max: 2000 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.constantFrom(8, 1024),
      size,
      size,
      (count, slots, w, h) => {
        const places = layoutRings(rings(count, slots), w, h);
        expect(places).toHaveLength(count);
        for (const [index, { x, y, radius }] of places.entries()) {
          expect(radius).toBeGreaterThanOrEqual(14);
          expect(x - radius).toBeGreaterThanOrEqual(-0.01);
          expect(x + radius).toBeLessThanOrEqual(w + 0.01);
          const others = places.slice(index + 1).map((other) => Math.hypot(other.x - x, other.y - y));
          for (const apart of others) expect(apart).toBeGreaterThan(radius * 1.99);
        }
      },
    ),
  );
});

it('finds the slot whose buffer was drawn there', () => {
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 64 }), fc.nat(63), (slots, wanted) => {
      const [place] = layoutRings(rings(1, slots), 600, 600);
      if (place === undefined) throw new Error('no place');
      const { x, y } = bufferSpot(place, slots, wanted % slots);
      expect(slotAt(place, slots, x, y)).toBe(wanted % slots);
    }),
  );
});

it('moves marks on around the ring, and ends where they are', () => {
  const from = { head: 1020, cur: 1020, tail: 0, hwcur: 0, hwtail: 0 };
  const to = { head: 4, cur: 4, tail: 0, hwcur: 0, hwtail: 0 };
  expect(marksBetween(from, to, 1024, 0.5).head).toBe(0);
  expect(marksBetween(from, to, 1024, 1)).toEqual(to);
  expect(marksBetween(to, from, 1024, 0.5).head).toBe(0);
});

it('lets each buffer of a stream start at its start and end at its end', () => {
  for (const n of [0, 5, 11]) expect([streamed(0, n, 12), streamed(1, n, 12)]).toEqual([0, 1]);
  expect(streamed(0.5, 0, 12)).toBeGreaterThan(streamed(0.5, 11, 12));
});
