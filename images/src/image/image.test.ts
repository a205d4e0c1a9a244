// SPDX-License-Identifier: BSD-2-Clause
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { digestOfFile, digestOfFiles } from './digest.ts';
import { openImage, verifyImage } from './image.ts';

let images = '';
let manifestPath = '';
let rootPath = '';

beforeEach(async () => {
  images = mkdtempSync(join(tmpdir(), 'ringlab-image-'));
  mkdirSync(join(images, 'vm'));
  manifestPath = join(images, 'vm/manifest.json');
  rootPath = join(images, 'vm/root.squashfs');
  writeFileSync(rootPath, 'a root');
  const files = [{ name: 'root.squashfs', bytes: 6, sha256: await digestOfFile(rootPath) }];
  const about = { release: 'bookworm', architecture: 'amd64', packages: [], budgetBytes: 10 };
  writeFileSync(
    manifestPath,
    JSON.stringify({ shape: 'vm', digest: digestOfFiles(files), files, bytes: 6, ...about }),
  );
});
afterEach(() => rmSync(images, { recursive: true }));

it('opens an image that is whole', async () => {
  const image = await verifyImage('vm', images);
  expect(image.path('root.squashfs')).toBe(rootPath);
});

it('says how to build one that is not there', async () => {
  await expect(openImage('container', images)).rejects.toMatchObject({
    kind: 'missing',
    message: expect.stringContaining('pnpm images build container'),
  });
});

it.each([
  ['a file that is gone', () => rmSync(rootPath), 'is not there'],
  ['a file that was cut', () => writeFileSync(rootPath, 'a ro'), '4 bytes instead of 6'],
  ['a manifest that is no JSON', () => writeFileSync(manifestPath, '{'), 'is no manifest'],
  [
    'a manifest that was edited',
    () =>
      writeFileSync(
        manifestPath,
        readFileSync(manifestPath, 'utf8').replace('"name":"root.squashfs"', '"name":"vmlinuz"'),
      ),
    'contradicts itself',
  ],
])('notices %s at once', async (_, damage, words) => {
  damage();
  const opening = openImage('vm', images);
  await expect(opening).rejects.toMatchObject({ kind: 'corrupt', message: expect.stringContaining(words) });
  await expect(opening).rejects.toThrow('pnpm images build vm --fresh');
});

it('notices another content of the same length when it reads all', async () => {
  writeFileSync(rootPath, 'A root');
  await openImage('vm', images);
  await expect(verifyImage('vm', images)).rejects.toMatchObject({
    kind: 'corrupt',
    message: expect.stringContaining('SHA-256 differs'),
  });
});
