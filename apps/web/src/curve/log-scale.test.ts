// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { logScale } from './log-scale.ts';

const PIXELS = [0, 300] as const;
const NOTHING = [1, 1000] as const;

describe('logScale', () => {
  it('makes equal ratios equal lengths', () => {
    const { at, from, to } = logScale([10_000, 10_000_000], NOTHING, PIXELS);
    expect([from, to]).toEqual([10_000, 10_000_000]);
    expect([at(10_000), at(100_000), at(10_000_000)].map(Math.round)).toEqual([0, 100, 300]);
  });

  it('holds every value, and stands still for values that are little further', () => {
    const { from, to } = logScale([0.000_028, 0.026], NOTHING, PIXELS);
    expect([from, to]).toEqual([expect.closeTo(0.000_01, 9), expect.closeTo(0.03, 9)]);
    expect(logScale([0.000_022, 0.0299], NOTHING, PIXELS)).toMatchObject({ from, to });
  });

  it('is two powers of ten wide for a single value, which is not at its edge', () => {
    const { from, to, at } = logScale([5000], NOTHING, PIXELS);
    expect(to / from).toBeGreaterThanOrEqual(99.9);
    expect(at(5000)).toBeGreaterThan(20);
    expect(at(5000)).toBeLessThan(280);
  });

  it('has words at powers of ten, and lines between', () => {
    const { marks } = logScale([30, 4000], NOTHING, PIXELS);
    expect(marks.filter(({ isPower }) => isPower).map(({ value }) => value)).toEqual([100, 1000, 10_000]);
    expect(marks[0]).toEqual({ value: 30, isPower: false });
  });

  it('is there before anything was measured', () => {
    expect(logScale([], NOTHING, PIXELS)).toMatchObject({ from: 1, to: 1000 });
  });
});
