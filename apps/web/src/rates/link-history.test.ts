// SPDX-License-Identifier: BSD-2-Clause
import type { RateSample, TopologyLink } from '@ringlab/protocol';
import { describe, expect, it } from 'vitest';
import { LinkHistory } from './link-history.ts';

const link: TopologyLink = { id: 'in', from: 'vale0', to: 'sink', port: 'vale0:sink', direction: 'rx' };
const silent = { pps: 0, bps: 0, dropPps: 0, packets: 0, syncsPerSecond: 0 };

function sample(tMs: number, pps: number, runId = 'run-1'): RateSample {
  const rx = { ...silent, pps, bps: pps * 480, dropPps: pps / 10 };
  return { runId, tMs, ports: [{ port: 'vale0:sink', tx: silent, rx }] };
}

function filled(seconds: number, ppsAt: (index: number) => number): LinkHistory {
  const history = new LinkHistory([link]);
  for (let index = 0; index < seconds * 10; index += 1)
    history.push(sample(1_000_000 + index * 100, ppsAt(index)));
  return history;
}

describe('LinkHistory', () => {
  it('keeps the last minute as it came', () => {
    const [x, pps] = filled(60, (index) => index).columns('pps');
    expect(x).toHaveLength(600);
    expect(pps?.slice(0, 3)).toEqual([0, 1, 2]);
    expect(x.at(-1)).toBeCloseTo(1059.9);
  });

  it('averages what is older to one point a second', () => {
    const [x, pps] = filled(90, (index) => index % 10).columns('pps');
    const older = x.filter((at) => at < 1029);
    expect(older).toHaveLength(29);
    expect(pps?.slice(0, 29)).toEqual(Array(29).fill(4.5));
    expect(x.length).toBeLessThan(29 + 620);
  });

  it('forgets what is more than ten minutes old, and never grows beyond that', () => {
    const [x] = filled(800, () => 7).columns('bps');
    expect(x.length).toBeLessThanOrEqual(541 + 610);
    expect(x[0]).toBeGreaterThanOrEqual(1000 + 199);
    expect([...x].sort((a, b) => a - b)).toEqual(x);
  });

  it('keeps the total: what was averaged has the mean of what came', () => {
    const noisy = filled(120, (index) => (index * 7919) % 1000);
    const [x, pps] = noisy.columns('pps');
    const old = (pps ?? []).slice(
      0,
      x.findIndex((at) => at > 1050),
    );
    const expected = Array.from({ length: old.length * 10 }, (_, index) => (index * 7919) % 1000);
    const mean = (values: (number | null)[]) =>
      values.reduce<number>((sum, v) => sum + (v ?? 0), 0) / values.length;
    expect(mean(old)).toBeCloseTo(mean(expected), 6);
  });

  it('draws a gap between runs, where readings stayed away, and where the port was not open', () => {
    const history = new LinkHistory([link]);
    history.push(sample(1000, 5));
    history.push(sample(1100, 5, 'run-2'));
    history.push(sample(9000, 5, 'run-2'));
    history.push({ runId: 'run-2', tMs: 9100, ports: [] });
    expect(history.columns('pps')[1]).toEqual([5, null, 5, null, 5, null]);
  });

  it('drops a sample that comes late or twice', () => {
    const history = filled(1, () => 1);
    history.push(sample(1_000_050, 99));
    expect(history.columns('pps')[0]).toHaveLength(10);
  });

  it('lays the run before over the newest, from a common start', () => {
    const history = new LinkHistory([link]);
    expect(history.previousRun('pps')).toEqual([[], []]);
    for (const tMs of [1000, 1100, 1200]) history.push(sample(tMs, 3, 'run-1'));
    for (const tMs of [8000, 8100]) history.push(sample(tMs, 4, 'run-2'));
    expect(history.previousRun('pps')).toEqual([
      [8, 8.1, 8.2],
      [3, 3, 3],
    ]);
  });

  it('averages the newest readings of the run that goes on into a number that can be read, and has none of one that ended', () => {
    const history = new LinkHistory([link]);
    expect(history.recent('run-2')).toEqual([]);
    history.push(sample(1000, 900, 'run-1'));
    for (const [index, pps] of [10, 20, 30].entries()) history.push(sample(1100 + index * 100, pps, 'run-2'));
    expect(history.recent('run-2')).toEqual([{ pps: 20, bps: 9600, dropPps: 2 }]);
    history.push({ runId: 'run-2', tMs: 1400, ports: [] });
    expect(history.recent('run-2')).toEqual([undefined]);
    expect(history.recent('run-3')).toEqual([]);
    expect(history.recent(undefined)).toEqual([]);
  });

  it('starts empty again', () => {
    const history = filled(2, () => 1);
    history.clear();
    expect(history.columns('dropPps')).toEqual([[], []]);
    expect(history.newest).toBeUndefined();
  });
});
