// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import { roundTop } from './scale.ts';

it.each([
  [0, 1_000_000],
  [Number.NaN, 1_000_000],
  [7, 8],
  [2_034_000, 3_000_000],
  [9_999_999, 10_000_000],
  [10_000_000, 10_000_000],
])('holds %d under %d', (value, top) => {
  expect(roundTop(value)).toBeCloseTo(top);
});
