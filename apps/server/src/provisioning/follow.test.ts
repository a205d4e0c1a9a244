// SPDX-License-Identifier: BSD-2-Clause
import type { ProvisionLine } from '@ringlab/protocol';
import { expect, test } from 'vitest';
import { follow } from './follow.ts';

const image = { id: 'image', part: 'image', title: 'Image' } as const;
const LINES: readonly ProvisionLine[] = [
  { ...image, state: 'working', words: 'Packing: vmlinux', done: 0.5 },
  { ...image, state: 'working', words: `Packing: ${'x'.repeat(200)}`, done: 0.75 },
  { ...image, state: 'good', words: 'The vm image is built.', tookMs: 61_000 },
];

function told(isTTY: boolean): string {
  let text = '';
  const tell = follow({ isTTY, columns: 90, write: (words) => (text += words) });
  for (const line of LINES) tell(line);
  return text;
}

test('a line that is worked on changes on a terminal, no wider than that, and what it came to takes its place', () => {
  const [first, second, last] = told(true).split('\r\u001b[K').slice(1);
  expect(first).toMatch(/^\.\.\. {3}Image +50 % {2}Packing: vmlinux$/);
  expect(second).toHaveLength(89);
  expect(last).toMatch(/good.*Image +The vm image is built\. {2}\(61\.0 s\)\n$/);
});

test('elsewhere only what it came to is told', () => {
  expect(told(false)).toMatch(/^good {2}Image +The vm image is built\. {2}\(61\.0 s\)\n$/);
});
