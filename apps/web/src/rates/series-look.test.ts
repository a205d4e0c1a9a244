// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { dotted } from './series-look.ts';

const RECEIVE = [8, 3];

test('the first link of a role has the role’s own line', () => {
  expect(dotted(RECEIVE, 0)).toEqual(RECEIVE);
  expect(dotted([], 0)).toEqual([]);
});

test('the first five links of a role are told apart without color, within what a legend shows', () => {
  for (const role of [[], RECEIVE]) {
    const lines = [0, 1, 2, 3, 4].map((rank) => dotted(role, rank));
    expect(new Set(lines.map((line) => line.join(' '))).size).toBe(5);
    for (const line of lines) expect(line.reduce((sum, length) => sum + length, 0)).toBeLessThan(36);
  }
});
