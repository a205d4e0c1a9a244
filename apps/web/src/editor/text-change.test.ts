// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import { textChange } from './text-change.ts';

it.each([
  ['', 'abc'],
  ['abc', ''],
  ['int a;\nint b;\n', 'int a;\nint x;\nint b;\n'],
  ['aaa', 'aaaa'],
  ['aaaa', 'aa'],
  ['poll(pfd, 1, 10);', 'poll(pfd, 2, 1000);'],
])('turns %j into %j', (before, after) => {
  const change = textChange(before, after);
  if (change === undefined) throw new Error('equal?');
  expect(before.slice(0, change.start) + change.text + before.slice(change.endBefore)).toBe(after);
});

it('touches only what differs', () => {
  expect(textChange('one two three', 'one 2 three')).toEqual({ start: 4, endBefore: 7, text: '2' });
  expect(textChange('same', 'same')).toBeUndefined();
});
