// SPDX-License-Identifier: BSD-2-Clause
import { expect, it, vi } from 'vitest';
import { RateHistory } from './rate-feed.ts';

const sample = (tMs: number) => ({ runId: 'run', tMs, ports: [] });

it('keeps ten minutes: the last one whole, those before at one a second', () => {
  const rates = new RateHistory();
  for (let tMs = 100; tMs <= 15 * 60_000; tMs += 100) rates.push(sample(tMs));
  const history = rates.history();
  const lastMs = 15 * 60_000;
  expect(history.filter(({ tMs }) => tMs > lastMs - 60_000)).toHaveLength(600);
  expect(history.length).toBeLessThan(600 + 9 * 60 + 200);
  expect(history[0]?.tMs).toBeGreaterThan(5 * 60_000 - 20_000);
});

it('joins a history that arrives late with the samples that came meanwhile', () => {
  const rates = new RateHistory();
  const reset = vi.fn();
  rates.onReset(reset);
  rates.push(sample(300));
  rates.push(sample(400));
  rates.replace([sample(100), sample(200), sample(300)]);
  expect(rates.history().map(({ tMs }) => tMs)).toEqual([100, 200, 300, 400]);
  expect(reset).toHaveBeenCalledTimes(1);
});

it('ignores a sample that it already has', () => {
  const rates = new RateHistory();
  const listener = vi.fn();
  rates.subscribe(listener);
  rates.push(sample(100));
  rates.push(sample(100));
  expect(listener).toHaveBeenCalledTimes(1);
});
