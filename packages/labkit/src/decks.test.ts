// SPDX-License-Identifier: BSD-2-Clause
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadDecks } from './decks.ts';
import { LabFaults } from './faults.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ringlab-decks-'));
});
afterEach(() => rm(dir, { recursive: true }));

const write = (name: string, text: string) => writeFile(join(dir, name), text);
const front = (rest = '') => `---\ntitle: T\nsummary: S.\nminutes: 5\n${rest}---\n`;

test('decks come in their order, with their slides counted and comments left out', async () => {
  await write('02-b.md', `${front()}# B\n`);
  await write('01-a.md', `${front('before: 02-rings\n')}<!-- not for readers -->\n# A\n\n---\n## Two\n`);
  await write('notes.txt', 'not a deck');
  const decks = await loadDecks(dir);
  expect(decks.map(({ slug, slides, before }) => [slug, slides, before])).toEqual([
    ['01-a', 2, '02-rings'],
    ['02-b', 1, undefined],
  ]);
  expect(decks[0]?.markdown).toBe('# A\n\n---\n## Two\n');
});

test('no folder, no lectures', async () => {
  expect(await loadDecks(join(dir, 'none'))).toEqual([]);
});

test('all that is wrong is told at once', async () => {
  await write('01-a.md', '# no front\n');
  await write('02-b.md', '---\ntitle: T\nminutes: 0\n---\n# B\n');
  const fault = await loadDecks(dir).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(LabFaults);
  expect((fault as LabFaults).faults.map(({ path }) => path)).toEqual(['slides/01-a.md', 'slides/02-b.md']);
  expect(String(fault)).toContain('summary');
});

test('the course has its eight lectures, with words for the speaker on every slide', async () => {
  const decks = await loadDecks(join(import.meta.dirname, '../../../labs/slides'));
  expect(decks).toHaveLength(8);
  for (const { slug, markdown } of decks)
    for (const slide of markdown.split('\n---\n')) expect(slide, slug).toMatch(/^Note:\n./m);
});
