// SPDX-License-Identifier: BSD-2-Clause
import type { ShownMarks } from './motion.ts';
import { type Box, CHARACTER, MOST_BLOCKS, markTurn, onRing, type RingPlace } from './stage-layout.ts';

export type MarkName = keyof ShownMarks;

/** The program's marks first, in the order in which they follow each other. */
export const MARKS: readonly MarkName[] = ['head', 'cur', 'tail', 'hwcur', 'hwtail'];

export const isEngines = (name: MarkName) => name.startsWith('hw');

/** The names of marks that stand at one slot, outside the ring, on the side where the slot is. */
export interface MarkLabel {
  readonly turn: number;
  readonly lines: readonly (readonly MarkName[])[];
  readonly box: Box;
  readonly side: 'left' | 'right';
}

const LINE = 1.25;

/** Where hands end, and labels may begin. */
export const clearRadius = ({ radius, textPx }: Pick<RingPlace, 'radius' | 'textPx'>) =>
  radius * 1.12 + textPx * 0.7;

/**
 * Labels of all marks, of which no two meet, and none meets the ring: in a column on each side, as near to their slots as
 * the others leave room.
 */
export function labelsOf(place: RingPlace, slots: number, marks: ShownMarks): MarkLabel[] {
  const groups = groupsOf(slots, marks);
  return (['left', 'right'] as const).flatMap((side) =>
    column(
      place,
      side,
      groups.filter(({ turn }) => sideOf(turn) === side),
    ),
  );
}

const sideOf = (turn: number) => (Math.sin(turn) >= 0 ? 'right' : 'left');

interface Group {
  readonly turn: number;
  readonly names: MarkName[];
}

/** Marks that nobody can tell apart share a label. */
function groupsOf(slots: number, marks: ShownMarks): Group[] {
  const close = slots <= MOST_BLOCKS ? Math.PI / slots : 0.12;
  const groups: Group[] = [];
  for (const name of MARKS) {
    const turn = markTurn(marks[name], slots);
    const near = groups.find((group) => turnApart(group.turn, turn) < close);
    if (near) near.names.push(name);
    else groups.push({ turn, names: [name] });
  }
  return groups;
}

function turnApart(a: number, b: number): number {
  const turn = Math.abs(a - b) % (2 * Math.PI);
  return Math.min(turn, 2 * Math.PI - turn);
}

function column(place: RingPlace, side: 'left' | 'right', groups: readonly Group[]): MarkLabel[] {
  const { cell, textPx } = place;
  const rows = groups
    .map(({ turn, names }) => ({ turn, lines: wrapped(names, charactersOf(place)) }))
    .map((row) => ({
      ...row,
      size: row.lines.length * textPx * LINE,
      y: onRing(place, clearRadius(place), row.turn).y,
    }))
    .toSorted((a, b) => a.y - b.y);
  const tops = spread(
    rows.map(({ y, size }) => ({ start: y - size / 2, size })),
    cell.y,
    cell.y + cell.height,
  );
  return rows.map(({ turn, lines, size }, index) => {
    const width = Math.max(...lines.map(lengthOf)) * textPx * CHARACTER;
    const y = tops[index] ?? 0;
    const off = offCenter(place, y, size);
    const x = side === 'right' ? place.x + off : place.x - off - width;
    return { turn, lines, side, box: { x, y, width, height: size } };
  });
}

const lengthOf = (names: readonly MarkName[]) => names.join(' ').length;

/** So many letters fit beside the ring. */
const charactersOf = (place: RingPlace) =>
  Math.floor((place.cell.width / 2 - clearRadius(place)) / (place.textPx * CHARACTER));

function wrapped(names: readonly MarkName[], most: number): MarkName[][] {
  const lines: MarkName[][] = [];
  for (const name of names) {
    const last = lines.at(-1);
    const kin = last?.every((other) => isEngines(other) === isEngines(name));
    if (last && kin && lengthOf([...last, name]) <= most) last.push(name);
    else lines.push([name]);
  }
  return lines;
}

/** How far from the middle a box of this height must keep, so that it stays off the ring. */
function offCenter(place: RingPlace, top: number, height: number): number {
  const [above, below] = [place.y - (top + height), top - place.y];
  const nearest = Math.max(0, above, below);
  const clear = clearRadius(place);
  return Math.max(place.textPx * 0.6, nearest < clear ? Math.sqrt(clear ** 2 - nearest ** 2) : 0);
}

interface Wanted {
  readonly start: number;
  readonly size: number;
}

/**
 * Starts for things in this order, one behind the other between `from` and `to`, with the least squares of the ways they
 * are moved: neighbors that would meet are moved together.
 */
export function spread(wanted: readonly Wanted[], from: number, to: number): number[] {
  const before = wanted.map((_, index) => wanted.slice(0, index).reduce((sum, { size }) => sum + size, 0));
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  const blocks: { mean: number; count: number }[] = [];
  for (const [index, { start }] of wanted.entries()) {
    let block = { mean: start - (before[index] ?? 0), count: 1 };
    for (let last = blocks.at(-1); last && last.mean > block.mean; last = blocks.at(-1)) {
      const count = last.count + block.count;
      block = { mean: (last.mean * last.count + block.mean * block.count) / count, count };
      blocks.pop();
    }
    blocks.push(block);
  }
  const means = blocks.flatMap(({ mean, count }) => Array<number>(count).fill(mean));
  return means.map((mean, index) => Math.max(from, Math.min(mean, to - total)) + (before[index] ?? 0));
}
