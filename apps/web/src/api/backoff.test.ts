// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

it('grows to a ceiling, and half of it is random', () => {
  expect([0, 1, 2, 10].map((attempt) => backoffMs(attempt, () => 0))).toEqual([125, 250, 500, 4000]);
  expect([0, 1, 2, 10].map((attempt) => backoffMs(attempt, () => 1))).toEqual([250, 500, 1000, 8000]);
});
