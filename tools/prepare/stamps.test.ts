// SPDX-License-Identifier: BSD-2-Clause
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unlessDone } from './stamps.mjs';
import { temporaryFolder } from './temporary-folder.ts';

test('does a thing again only when its inputs changed or its result is gone', async () => {
  const root = temporaryFolder();
  const of = { root, inputs: ['src', 'lock', 'not-there'], stamp: 'dist/.stamp' };
  let runs = 0;
  const run = async () => {
    await unlessDone(of, async () => {
      runs++;
      mkdirSync(join(root, 'dist'), { recursive: true });
    });
    return runs;
  };
  mkdirSync(join(root, 'src/node_modules'), { recursive: true });
  writeFileSync(join(root, 'src/a'), '1');

  expect(await run()).toBe(1);
  expect(await run()).toBe(1);
  writeFileSync(join(root, 'src/a'), '2');
  expect(await run()).toBe(2);
  renameSync(join(root, 'src/a'), join(root, 'src/b'));
  expect(await run()).toBe(3);
  writeFileSync(join(root, 'src/node_modules/c'), 'made, not an input');
  expect(await run()).toBe(3);
  rmSync(join(root, 'dist'), { recursive: true });
  expect(await run()).toBe(4);
});

test('a thing that failed is not done', async () => {
  const of = { root: temporaryFolder(), inputs: [], stamp: '.stamp' };
  await expect(unlessDone(of, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  let runs = 0;
  await unlessDone(of, async () => void runs++);
  expect(runs).toBe(1);
});
