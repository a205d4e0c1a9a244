// SPDX-License-Identifier: BSD-2-Clause
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newLoginKeys } from '../over-ssh/keys.ts';
import { SharedSnapshot } from './shared-snapshot.ts';
import { Snapshots } from './snapshots.ts';

const BYTES = 256 * 1024;
const found = { kernelNetmap: false, notLoaded: '' };

function newDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  return dataDir;
}

/** The folder of snapshots, and one who makes them and counts how often that is tried. */
function place(dataDir: string) {
  const snapshots = new Snapshots(dataDir);
  const tried: string[] = [];
  const saving = (key: string) => async () => {
    tried.push(key);
    const folder = join(snapshots.folder, key);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'state'), Buffer.alloc(BYTES));
    const note = { bytes: BYTES, keys: newLoginKeys(), banner: '', found };
    writeFileSync(join(folder, 'note.json'), JSON.stringify(note));
  };
  const shared = new SharedSnapshot(snapshots);
  return { shared, tried, get: (key: string) => shared.get(key, saving(key)) };
}

test('is made once for all who ask, and anew for another image', async () => {
  const { get, tried } = place(newDataDir());
  const [one, two] = await Promise.all([get('image1'), get('image1')]);
  expect(one?.statePath).toMatch(/image1\/state$/);
  expect(two).toBe(one);
  expect((await get('image2'))?.statePath).toMatch(/image2\/state$/);
  expect(tried).toEqual(['image1', 'image2']);
});

test('that is blamed is made anew, and one that came after it is not removed', async () => {
  const { get, shared, tried } = place(newDataDir());
  const bad = await get('image');
  if (bad === undefined) return expect.unreachable();
  await Promise.all([shared.blame(bad), shared.blame(bad)]);
  const good = await get('image');
  await shared.blame(bad);
  expect(await get('image')).toBe(good);
  expect(tried).toEqual(['image', 'image']);
});

test.runIf(process.getuid?.() === 0)(
  'is told to be lacking where there is no room, and made when there is',
  async () => {
    const dataDir = newDataDir();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', dataDir]);
    try {
      const { get, shared, tried } = place(dataDir);
      expect(await get('image')).toBeUndefined();
      expect(shared.complaint).toBe(
        `No snapshot of them can be kept, so each one boots: there is no room left in ${dataDir}/vm-snapshots.`,
      );
      expect(await get('image')).toBeUndefined();
      expect(tried).toEqual(['image']);
      execFileSync('mount', ['-o', 'remount,size=1m', dataDir]);
      expect(await get('image')).toBeDefined();
      expect([shared.complaint, tried]).toEqual([undefined, ['image', 'image']]);
    } finally {
      execFileSync('umount', [dataDir]);
    }
  },
);
