// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { lines } from './lines.ts';

async function* chunks(...texts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield typeof text === 'string' ? new TextEncoder().encode(text) : text;
}

async function all(found: AsyncIterable<string>): Promise<string[]> {
  const texts: string[] = [];
  for await (const text of found) texts.push(text);
  return texts;
}

test('lines are cut where they end, characters are not cut at all', async () => {
  const euro = new TextEncoder().encode('€');
  const stream = chunks('on', 'e\ntw', 'o\n\n', euro.subarray(0, 2), euro.subarray(2), '\nlast');
  expect(await all(lines(stream))).toEqual(['one', 'two', '', '€', 'last']);
});

test('a line without an end holds no more than its beginning, at no more cost than reading it', async () => {
  const flood = Array.from({ length: 2000 }, () => 'x'.repeat(64 * 1024));
  const startMs = performance.now();
  const found = await all(lines(chunks(...flood, '\nnext\n'), 100));
  expect(found).toEqual(['x'.repeat(100), 'next']);
  expect(performance.now() - startMs).toBeLessThan(5000);
});
