// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { enclosing, overlap } from './layout.ts';

const box = { x: 10, y: 10, width: 20, height: 10 };

test.each([
  ['one within it', { x: 15, y: 12, width: 2, height: 2 }, true],
  ['one around it', { x: 0, y: 0, width: 90, height: 90 }, true],
  ['one across it', { x: 18, y: 0, width: 4, height: 90 }, true],
  ['one over its corner', { x: 29, y: 19, width: 5, height: 5 }, true],
  ['one that touches it', { x: 30, y: 10, width: 5, height: 5 }, false],
  ['one below it', { x: 15, y: 40, width: 5, height: 5 }, false],
  ['one beside it', { x: 0, y: 12, width: 5, height: 5 }, false],
])('a rectangle and %s', (_, other, expected) => {
  expect(overlap(box, other)).toBe(expected);
  expect(overlap(other, box)).toBe(expected);
});

test('what encloses rectangles is as small as can be', () => {
  expect(enclosing([box, { x: -5, y: 12, width: 2, height: 50 }])).toEqual({
    x: -5,
    y: 10,
    width: 35,
    height: 52,
  });
});
