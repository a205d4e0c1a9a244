// SPDX-License-Identifier: BSD-2-Clause
import type { RingLook } from '@ringlab/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  distance,
  flagLetters,
  flagNames,
  isOwned,
  type RingView,
  ringView,
  slotContent,
} from './ring-view.ts';
import { EMPTY_SCENE, MOST_TRAVELS, nextScene, travelsBetween } from './scene.ts';
import { freshRing, type Move, play, type Rings } from './script.ts';
import { parseFigure } from './told-figure.ts';

const RX = 'a/rx0';
const TX = 'b/tx0';
const SLOTS = 8;
const start = (): Rings => [freshRing('a', 'rx', SLOTS), freshRing('b', 'tx', SLOTS)];
const [rx = start()[0], tx = start()[1]]: (RingLook | undefined)[] = [...start()];

describe('ringView', () => {
  it('spells runs out', () => {
    const view = ringView({
      ...(rx as RingLook),
      slots: 4,
      runs: [
        [3, 7, 60, 0],
        [1, 2, 1514, 3],
      ],
    });
    expect([...view.buffers]).toEqual([7, 8, 9, 2]);
    expect([...view.lengths]).toEqual([60, 60, 60, 1514]);
    expect(flagNames(view.flags[3] ?? 0)).toEqual(['NS_BUF_CHANGED', 'NS_REPORT']);
    expect(flagLetters(3)).toBe('CR');
  });

  it('survives runs that say too much or too little', () => {
    expect([...ringView({ ...(rx as RingLook), slots: 2, runs: [[9, 5, 60, 0]] }).buffers]).toEqual([5, 6]);
    expect([...ringView({ ...(rx as RingLook), slots: 2, runs: [] }).buffers]).toEqual([0, 0]);
  });

  it('knows what slots hold', () => {
    const sent = ringView({ ...(tx as RingLook), head: 3, cur: 3, hwcur: 1, hwtail: 0 });
    expect([0, 1, 2, 3].map((slot) => slotContent(sent, slot))).toEqual([
      'empty',
      'packet',
      'packet',
      'empty',
    ]);
    expect(slotContent({ ...sent, hwtail: 7 }, 0)).toBe('underway');
    const received = ringView({ ...(rx as RingLook), head: 1, cur: 1, tail: 3, hwcur: 1, hwtail: 4 });
    expect([0, 1, 2, 3, 4].map((slot) => slotContent(received, slot))).toEqual([
      'empty',
      'packet',
      'packet',
      'underway',
      'empty',
    ]);
  });
});

const few = fc.integer({ min: 0, max: SLOTS });
const move: fc.Arbitrary<Move> = fc.oneof(
  few.map((packets): Move => ({ kind: 'arrive', ring: RX, packets })),
  fc.constantFrom(RX, TX).map((ring): Move => ({ kind: 'sync', ring })),
  few.map((packets): Move => ({ kind: 'read', ring: RX, packets })),
  few.map((packets): Move => ({ kind: 'fill', ring: TX, packets })),
  fc.tuple(fc.constantFrom(RX, TX), few).map(([ring, slots]): Move => ({ kind: 'look-ahead', ring, slots })),
  few.map((packets): Move => ({ kind: 'send', ring: TX, packets })),
  few.map((packets): Move => ({ kind: 'swap', rx: RX, tx: TX, packets })),
);

/** Plays what the rules allow and leaves out what they forbid, as an author would. */
function playAll(moves: readonly Move[], visit: (before: Rings, now: Rings, move: Move) => void): void {
  let rings = start();
  for (const each of moves) {
    let now: Rings;
    try {
      now = play(rings, each);
    } catch {
      continue;
    }
    visit(rings, now, each);
    rings = now;
  }
}

describe('a figure that is told', () => {
  it('never breaks netmap’s rules', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        playAll(moves, (_, now) => {
          for (const { head, cur, tail, hwcur, hwtail, slots, dir } of now) {
            const owned = distance(head, tail, slots);
            expect(distance(head, cur, slots)).toBeLessThanOrEqual(owned);
            expect(owned).toBeLessThan(slots);
            // hwcur, head, tail, hwtail follow each other around the ring.
            const order = [head, tail, ...(dir === 'rx' ? [hwtail] : [])].map((mark) =>
              distance(hwcur, mark, slots),
            );
            expect(order).toEqual(order.toSorted((a, b) => a - b));
          }
        });
      }),
    );
  });

  it('keeps every buffer, and only a swap moves any', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        const all = (rings: Rings) =>
          rings.flatMap((ring) => [...ringView(ring).buffers]).toSorted((a, b) => a - b);
        playAll(moves, (before, now, { kind }) => {
          expect(all(now)).toEqual(all(start()));
          const travels = travelsBetween(before.map(ringView), now.map(ringView));
          if (kind !== 'swap') expect(travels).toEqual([]);
          for (const { buffer, from, to } of travels) {
            const at = (rings: Rings, place: typeof from) =>
              rings.map(ringView).find(({ id }) => id === place.ring)?.buffers[place.slot];
            expect(at(before, from)).toBe(buffer);
            expect(at(now, to)).toBe(buffer);
          }
        });
      }),
    );
  });

  it('shows one travel there and one back for each packet that was swapped', () => {
    let rings = play(play(start(), { kind: 'arrive', ring: RX, packets: 3 }), { kind: 'sync', ring: RX });
    const before = nextScene(EMPTY_SCENE, { rings: [...rings], hold: undefined });
    rings = play(rings, { kind: 'swap', rx: RX, tx: TX, packets: 2 });
    const { travels } = nextScene(before, { rings: [...rings], hold: undefined });
    expect(travels.filter(({ to }) => to.ring === TX)).toHaveLength(2);
    expect(travels.filter(({ to }) => to.ring === RX)).toHaveLength(2);
  });

  it('drops what finds a full ring', () => {
    const [ring] = play(start(), { kind: 'arrive', ring: RX, packets: 20 });
    expect(ring).toMatchObject({ hwtail: SLOTS - 1, packets: SLOTS - 1, drops: 20 - (SLOTS - 1) });
  });

  it('refuses to release what is not the program’s', () => {
    expect(() => play(start(), { kind: 'read', ring: RX, packets: 1 })).toThrow('cannot go on by 1');
    expect(() => play(start(), { kind: 'fill', ring: RX, packets: 1 })).toThrow('no tx ring');
    expect(() => play(start(), { kind: 'sync', ring: 'z/rx0' })).toThrow('There is no ring z/rx0');
  });
});

describe('a pipe that is told', () => {
  const PIPE = 'pipe p{1/tx0 p}1/rx0 8\nring out/tx0 8';
  const seen = (moves: string) => {
    const [sender, receiver, out] = parseFigure(`${PIPE}\n# x\n${moves}`).steps[0]?.scene.rings ?? [];
    if (!sender || !receiver || !out) throw new Error('no rings');
    return { sender, receiver, out };
  };
  const marks = ({ head, tail, hwcur, hwtail }: RingView) => [head, tail, hwcur, hwtail];

  it('names the same buffers at both ends', () => {
    const { sender, receiver } = seen('sync p}1/rx0');
    expect([...receiver.buffers]).toEqual([...sender.buffers]);
  });

  it('shows the receiver nothing before both have synced, and moves no mark of the other program', () => {
    expect(marks(seen('fill p{1/tx0 2\nsync p}1/rx0').receiver)).toEqual([0, 0, 0, 0]);
    const sent = seen('fill p{1/tx0 2\nsync p{1/tx0');
    expect(marks(sent.sender)).toEqual([2, 7, 2, 7]);
    expect(marks(sent.receiver)).toEqual([0, 0, 0, 2]);
    expect([...sent.receiver.lengths.slice(0, 3)]).toEqual([60, 60, 2048]);
    expect(marks(seen('fill p{1/tx0 2\nsync p{1/tx0\nsync p}1/rx0').receiver)).toEqual([0, 2, 0, 2]);
  });

  it('gives slots back when the reader has synced, and then the sender', () => {
    const read = 'fill p{1/tx0 2\nsync p{1/tx0\nsync p}1/rx0\nread p}1/rx0 2\n';
    expect(marks(seen(`${read}sync p{1/tx0`).sender)).toEqual([2, 7, 2, 7]);
    expect(marks(seen(`${read}sync p}1/rx0`).sender)).toEqual([2, 7, 2, 1]);
    expect(marks(seen(`${read}sync p}1/rx0\nsync p{1/tx0`).sender)).toEqual([2, 1, 2, 1]);
  });

  it('carries a changed buffer, with its flag, to the other end', () => {
    const kept = 'fill p{1/tx0 1\nsync p{1/tx0\nsync p}1/rx0\nswap p}1/rx0 out/tx0 1\nsync p}1/rx0';
    const { sender, receiver, out } = seen(kept);
    expect([sender.buffers[0], receiver.buffers[0], out.buffers[0]]).toEqual([10, 10, 2]);
    expect([sender.flags[0], receiver.flags[0], out.flags[0]]).toEqual([1, 0, 1]);
  });

  it('is filled by syncs alone', () => {
    expect(() => seen('arrive p}1/rx0 1')).toThrow('tied to other rings');
    expect(() => seen('send p{1/tx0 1')).toThrow('tied to other rings');
  });
});

it('a switch has taken everything when the sender’s sync returns, and drops what does not fit', () => {
  const { rings } =
    parseFigure('ring a/tx0 8\nring b/rx0 4\nswitch a/tx0 b/rx0\n# x\nfill a/tx0 5\nsync a/tx0').steps[0]
      ?.scene ?? EMPTY_SCENE;
  expect(rings[0]).toMatchObject({ head: 5, hwcur: 5, tail: 4, hwtail: 4 });
  expect(rings[1]).toMatchObject({ head: 0, tail: 0, hwtail: 3 });
});

it('a sync forgets that a buffer was changed', () => {
  const swapped = 'ring a/rx0 8\nring b/tx0 8\n# x\narrive a/rx0 1\nsync a/rx0\nswap a/rx0 b/tx0 1\n';
  const flags = (moves: string) =>
    parseFigure(swapped + moves).steps[0]?.scene.rings.map((ring) => ring.flags[0]);
  expect(flags('')).toEqual([1, 1]);
  expect(flags('sync a/rx0')).toEqual([0, 1]);
  expect(flags('sync b/tx0')).toEqual([1, 0]);
});

describe('travelsBetween', () => {
  const views = (rings: Rings) => rings.map(ringView);

  it('takes a ring that was opened anew for another one', () => {
    const before = views([{ ...(rx as RingLook), syncs: 9 }]);
    const now = views([
      {
        ...(rx as RingLook),
        syncs: 0,
        runs: [
          [1, 11, 60, 0],
          [1, 10, 60, 0],
          [6, 12, 60, 0],
        ],
      },
    ]);
    expect(travelsBetween(before, now)).toEqual([]);
  });

  it('lets a stream stand for more than can be followed', () => {
    const long: Rings = [freshRing('a', 'rx', 1024), freshRing('b', 'tx', 1024)];
    const full = play(play(long, { kind: 'arrive', ring: RX, packets: 1023 }), { kind: 'sync', ring: RX });
    const swapped = play(full, { kind: 'swap', rx: RX, tx: TX, packets: 1023 });
    const travels = travelsBetween(views(full), views(swapped));
    expect(travels).toHaveLength(MOST_TRAVELS);
    expect(new Set(travels.map(({ to }) => to.ring))).toEqual(new Set([RX, TX]));
    for (const { buffer, from, to } of travels) {
      const at = (rings: Rings, { ring, slot }: typeof to) =>
        views(rings).find(({ id }) => id === ring)?.buffers[slot];
      expect([at(full, from), at(swapped, to)]).toEqual([buffer, buffer]);
    }
  });

  it('owns what lies from head to tail', () => {
    const view = ringView({ ...(rx as RingLook), head: 6, tail: 1 });
    expect([5, 6, 7, 0, 1].map((slot) => isOwned(view, slot))).toEqual([false, true, true, true, false]);
  });
});
