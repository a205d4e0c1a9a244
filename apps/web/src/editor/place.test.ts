// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import { workLine } from './place.ts';

it('finds the line that asks for code', () => {
  expect(workLine('/* sink */\n\n\t\t/* your loop here */\n')).toBe(3);
  expect(workLine('// Your code here: count the frames')).toBe(1);
});

it('finds none in a file that asks for nothing', () => {
  expect(workLine('int main(void) {}\n')).toBeUndefined();
});
