// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import { dropTicks, loadOf, speedOf } from './link-load.ts';

it('shows silence as nothing and a single packet a second as something', () => {
  expect(loadOf(0)).toBe(0);
  expect(speedOf(0)).toBe(0);
  expect(loadOf(1)).toBeGreaterThan(0);
  expect(speedOf(1)).toBeGreaterThan(20);
});

it('grows with the rate and ends at one', () => {
  const loads = [1e3, 1e4, 1e5, 1e6, 1e7, 2e7].map(loadOf);
  expect(loads).toEqual([...loads].sort((a, b) => a - b));
  expect(new Set(loads).size).toBe(loads.length);
  expect(loadOf(2e8)).toBe(1);
});

it('counts drops in ticks', () => {
  expect([0, 0.2, 1, 40, 1e3, 4e4, 1e6, 1e9].map(dropTicks)).toEqual([0, 0, 1, 2, 3, 4, 5, 5]);
});
