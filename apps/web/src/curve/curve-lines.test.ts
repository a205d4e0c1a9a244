// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { linesOf, moved, nearest } from './curve-lines.ts';

const point = (series: string, x: number, y = x) => ({ series, x, y });
const lines = linesOf([point('1', 10), point('64', 10), point('1', 20), point('64', 30), point('64', 40)]);

describe('linesOf', () => {
  it('keeps the order of series and of their points, and leaves out what no logarithm has', () => {
    expect(lines.map(({ series }) => series)).toEqual(['1', '64']);
    expect(lines[1]?.points.map(({ x }) => x)).toEqual([10, 30, 40]);
    expect(linesOf([point('1', 0), point('1', 5, -1)])).toEqual([]);
  });
});

describe('moved', () => {
  it('goes along a line and between lines, and stays at their ends', () => {
    expect(moved([], undefined, 'ArrowRight')).toBeUndefined();
    const first = moved(lines, undefined, 'ArrowRight');
    expect(first).toEqual({ line: 0, point: 0 });
    expect(moved(lines, first, 'ArrowLeft')).toEqual(first);
    expect(moved(lines, first, 'ArrowRight')).toEqual({ line: 0, point: 1 });
    expect(moved(lines, { line: 1, point: 2 }, 'ArrowDown')).toEqual({ line: 0, point: 1 });
    expect(moved(lines, { line: 1, point: 0 }, 'End')).toEqual({ line: 1, point: 2 });
    expect(moved(lines, { line: 1, point: 2 }, 'Home')).toEqual({ line: 1, point: 0 });
  });
});

describe('nearest', () => {
  it('is the point that is nearest, unless all are far', () => {
    const distance = ({ x }: { x: number }) => Math.abs(x - 31);
    expect(nearest(lines, distance, 5)).toEqual({ line: 1, point: 1 });
    expect(nearest(lines, distance, 0.5)).toBeUndefined();
  });
});
