// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { CurveHistory } from './curve-history.ts';

const point = (x: number) => ({ series: '1', x, y: x / 10 });

test('a curve grows as it is measured, and stays when nothing is told any more', () => {
  const history = new CurveHistory();
  expect(history.curve).toBeUndefined();
  expect(history.take([])).toBe(false);
  expect(history.take([point(1)])).toBe(true);
  expect(history.take([point(1)])).toBe(false);
  expect(history.take([point(1), point(2)])).toBe(true);
  expect(history.take([])).toBe(false);
  expect(history.curve).toEqual({ points: [point(1), point(2)], before: [] });
});

test('what is measured anew has the measurement before beside it, whole', () => {
  const history = new CurveHistory();
  history.take([point(1), point(2)]);
  expect(history.take([point(3)])).toBe(true);
  expect(history.take([point(3), point(4)])).toBe(true);
  expect(history.curve).toEqual({ points: [point(3), point(4)], before: [point(1), point(2)] });
  history.take([point(5)]);
  expect(history.curve?.before).toEqual([point(3), point(4)]);
});
