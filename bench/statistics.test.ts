// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { asLine } from './measurement.ts';
import { median, percentile } from './statistics.ts';

test('percentiles are values that were measured', () => {
  const values = [5, 1, 4, 2, 3];
  expect(median(values)).toBe(3);
  expect(percentile(values, 99)).toBe(5);
  expect(percentile(values, 0)).toBe(1);
  expect(median([7])).toBe(7);
  expect(() => median([])).toThrow('No values');
});

test('a figure is one JSON object', () => {
  expect(JSON.parse(asLine({ name: 'a', value: 3, unit: 'ms', baseline: 2 }))).toEqual({
    name: 'a',
    value: 3,
    unit: 'ms',
    baseline: 2,
    ratio: 1.5,
  });
  expect(JSON.parse(asLine({ name: 'a', value: 3, unit: 'ms' }))).toMatchObject({
    baseline: null,
    ratio: null,
  });
});
