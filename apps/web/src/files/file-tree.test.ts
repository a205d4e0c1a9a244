// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import type { EditedFile } from '../api/state.ts';
import { fileTree } from './file-tree.ts';

const file = (path: string): EditedFile => ({
  path,
  content: '',
  version: 0,
  editable: true,
  starter: true,
  saveState: 'saved',
});

it('puts files into their folders and keeps their order', () => {
  const tree = fileTree(['sink.c', 'src/a/x.c', 'src/b.c', 'Makefile'].map(file));
  expect(tree.files.map(({ path }) => path)).toEqual(['sink.c', 'Makefile']);
  expect(tree.folders.map(({ name }) => name)).toEqual(['src']);
  expect(tree.folders[0]?.files.map(({ path }) => path)).toEqual(['src/b.c']);
  expect(tree.folders[0]?.folders[0]).toMatchObject({ name: 'a', path: 'src/a/' });
});
