// SPDX-License-Identifier: BSD-2-Clause
import type { Board, BoardCell, BoardRow } from '@ringlab/protocol';
import { describe, expect, it } from 'vitest';
import { BoardMemory, helpOrder, standing } from './board-memory.ts';

const failing = (lab: string, ...titles: string[]): BoardCell => ({
  lab,
  state: 'failing',
  passed: 1,
  checks: 1 + titles.length,
  failing: titles,
});
const row = (name: string, rest: Partial<BoardRow> = {}): BoardRow => ({
  personId: `id-${name}`,
  name,
  online: true,
  lastSeenMs: 0,
  lab: '03-sink',
  cells: [],
  runs: [],
  ...rest,
});
const run = (ratePps: number): BoardRow['runs'][number] => ({
  lab: '03-sink',
  phase: 'running',
  sinceMs: 0,
  ratePps,
  processes: ['sink'],
});
const board = (...rows: BoardRow[]): Board => ({ courseCode: 'c', labs: [], rows });

describe('standing', () => {
  it.each([
    [row('a', { online: false, cells: [failing('03-sink', 'x')] }), 'away'],
    [row('a', { cells: [failing('03-sink', 'x')] }), 'stuck'],
    [row('a', { lab: '04-forward', cells: [failing('03-sink', 'x')] }), 'working'],
    [row('a', { runs: [run(1)] }), 'working'],
    [{ ...row('a'), lab: undefined } as unknown as BoardRow, 'idle'],
  ])('tells who needs help: %#', (person, expected) => {
    expect(standing(person)).toBe(expected);
  });
});

describe('helpOrder', () => {
  it('floats up who has been stuck longest, and leaves the others by name', () => {
    const memory = new BoardMemory();
    const [early, late] = [
      row('Zoe', { cells: [failing('03-sink', 'x')] }),
      row('Ann', { cells: [failing('03-sink', 'y')] }),
    ];
    memory.note(board(early), 1000);
    memory.note(board(early, late), 5000);
    const rows = [row('Eve'), row('Bob', { online: false }), late, row('Dan'), early];
    expect(helpOrder(rows, memory).map(({ name }) => name)).toEqual(['Zoe', 'Ann', 'Dan', 'Eve', 'Bob']);
  });

  it('starts the time anew with other failing checks, and forgets it when they pass', () => {
    const memory = new BoardMemory();
    memory.note(board(row('a', { cells: [failing('03-sink', 'x')] })), 1000);
    memory.note(board(row('a', { cells: [failing('03-sink', 'x')] })), 2000);
    expect(memory.failingSinceMs('id-a')).toBe(1000);
    memory.note(board(row('a', { cells: [failing('03-sink', 'y')] })), 3000);
    expect(memory.failingSinceMs('id-a')).toBe(3000);
    memory.note(board(row('a')), 4000);
    expect(memory.failingSinceMs('id-a')).toBeUndefined();
  });
});

it('keeps the last sixty rates of a person, all runs together', () => {
  const memory = new BoardMemory();
  for (let index = 0; index < 80; index += 1)
    memory.note(board(row('a', { runs: [run(index), run(1000)] })), index);
  const rates = memory.rates('id-a');
  expect(rates).toHaveLength(60);
  expect(rates.at(-1)).toBe(1079);
  expect(memory.rates('id-nobody')).toEqual([]);
});
