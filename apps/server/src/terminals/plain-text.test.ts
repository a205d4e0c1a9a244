// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { skippableRange } from './plain-text.ts';

const lines = (count: number) => Array.from({ length: count }, (_, line) => `line ${line}\r\n`).join('');

test('of plain lines all but the kept ones and the first are skipped', () => {
  const stream = Buffer.from(`end of something\r\n${lines(100)}`);
  const range = skippableRange(stream, 10);
  expect(stream.subarray(0, range?.from).toString()).toBe('end of something\r\n');
  expect(stream.subarray(range?.to).toString()).toBe(lines(100).slice(lines(90).length));
});

test('nothing is skipped before the last control character', () => {
  const colored = `${lines(50)}\x1b[31mred\r\n`;
  const range = skippableRange(Buffer.from(colored + lines(100)), 10);
  expect(range?.from).toBe(colored.length);
  expect(skippableRange(Buffer.from(lines(100) + colored), 10)).toBeUndefined();
});

test('too few lines, or none, skip nothing', () => {
  expect(skippableRange(Buffer.from(lines(10)), 10)).toBeUndefined();
  expect(skippableRange(Buffer.alloc(10_000, 'x'), 10)).toBeUndefined();
  expect(skippableRange(Buffer.alloc(0), 10)).toBeUndefined();
});
