// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import type { Manifest } from '../image/manifest.ts';
import { differences } from './twice.ts';

const manifest = (sha256: string, version: string): Manifest => ({
  ...{ shape: 'vm', digest: sha256, release: 'bookworm', architecture: 'amd64', bytes: 6, budgetBytes: 10 },
  files: [
    { name: 'root.squashfs', bytes: 3, sha256 },
    { name: 'vmlinux', bytes: 3, sha256: 'same' },
  ],
  packages: [{ name: 'gcc', version }],
});

it('names the files and the packages in which two builds differ, and nothing else', () => {
  expect(differences(manifest('a', '12'), manifest('a', '12'))).toEqual([]);
  expect(differences(manifest('a', '12'), manifest('b', '12'))).toEqual(['root.squashfs']);
  expect(differences(manifest('a', '12'), manifest('a', '13'))).toEqual(['gcc']);
});
