// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import { agoText, durationText, minutesText } from './time-text.ts';

it.each([
  [-3, '0.0 s'],
  [412, '0.4 s'],
  [12_900, '12 s'],
  [185_000, '3 min 05 s'],
  [4_800_000, '1 h 20 min'],
])('writes %d ms as %s', (durationMs, text) => {
  expect(durationText(durationMs)).toBe(text);
});

it.each([
  [25, '25 min'],
  [60, '1 h'],
  [80, '1 h 20 min'],
])('writes %d minutes as %s', (minutes, text) => {
  expect(minutesText(minutes)).toBe(text);
});

it.each([
  [-5_000, 'now'],
  [9_000, 'now'],
  [47_000, '40 s'],
  [12.5 * 60_000, '12 min'],
  [3.7 * 3_600_000, '3 h'],
])('says of %d ms ago: %s', (pastMs, text) => {
  expect(agoText(1e9, 1e9 + pastMs)).toBe(text);
});
