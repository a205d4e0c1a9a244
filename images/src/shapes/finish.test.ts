// SPDX-License-Identifier: BSD-2-Clause
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openImage, verifyImage } from '../image/image.ts';
import { BUDGET_BYTES } from '../recipe/recipe.ts';
import { finish } from './finish.ts';

const STATUS = 'Package: gcc\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12\n';

let images = '';
let root = '';
beforeEach(() => {
  images = mkdtempSync(join(tmpdir(), 'ringlab-finish-'));
  mkdirSync(join(images, 'content/var/lib/dpkg'), { recursive: true });
  writeFileSync(join(images, 'content/var/lib/dpkg/status'), STATUS);
  mkdirSync(join(images, 'vm'));
  root = join(images, 'root.tar');
  execFileSync('tar', ['-C', join(images, 'content'), '-c', '-f', root, '.']);
});
afterEach(() => rmSync(images, { recursive: true }));

it('writes a manifest with which the image opens', async () => {
  writeFileSync(join(images, 'vm/vmlinux'), 'kernel');
  await finish('vm', join(images, 'vm'), ['vmlinux'], root, 'bookworm');
  const { manifest } = await verifyImage('vm', images);
  expect(manifest.packages).toEqual([{ name: 'gcc', version: '12' }]);
  expect(manifest).toMatchObject({ architecture: 'amd64', bytes: 6, release: 'bookworm' });
  expect((await openImage('vm', images)).path('vmlinux')).toBe(join(images, 'vm/vmlinux'));
});

it('refuses an image over its budget, and says what to do', async () => {
  const path = join(images, 'vm/vmlinux');
  writeFileSync(path, '');
  truncateSync(path, BUDGET_BYTES.vm + 1);
  const finishing = finish('vm', join(images, 'vm'), ['vmlinux'], root, 'bookworm');
  await expect(finishing).rejects.toThrow(/has \d+ MiB, and its budget is \d+ MiB\. .*BUDGET_BYTES/);
  expect(existsSync(join(images, 'vm/manifest.json'))).toBe(false);
});
