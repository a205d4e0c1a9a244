// SPDX-License-Identifier: BSD-2-Clause
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sh } from '../../contract/inside.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { Daemon } from '../daemon.ts';
import { writeManifest } from '../test-daemon.ts';
import { toldAtOnce } from './attendees.contract.ts';
import { freshDriver, type Ground } from './ground.ts';
import { leavingNothing } from './traces.ts';

const DIGEST = 'e'.repeat(64);

function imagesWith(rootTar: Buffer, manifestBytes = rootTar.byteLength): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-images-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'container'));
  writeFileSync(join(folder, 'container/root.tar'), rootTar);
  writeManifest(join(folder, 'container'), manifestBytes, DIGEST);
  return folder;
}

/** What an attendee reads, in the page and from Run, when the image is not as it should be. */
export function imageFailures(ground: Ground): void {
  describe('the container image', () => {
    const toldWith = (imagesDir: string) =>
      leavingNothing(ground.daemon(), () => toldAtOnce(ground, { imagesDir }));

    test('that is missing is asked for', async () => {
      expect(await toldWith('/nonexistent')).toBe(
        'docker: There is no container image in /nonexistent/container. Build it: pnpm images build container',
      );
      expect(await freshDriver(ground, { imagesDir: '/nonexistent' }).probe()).toMatchObject({
        lacksImage: true,
      });
    });

    test('that was cut short is told', async () => {
      expect(await toldWith(imagesWith(Buffer.alloc(512), 4096))).toMatch(
        /is damaged: .*root\.tar has 512 bytes instead of 4096\. Build it again: .*--fresh$/,
      );
    });

    test('that is no root file system is told', async () => {
      expect(await toldWith(imagesWith(Buffer.alloc(4096, 'x')))).toMatch(
        /^docker: The container image (is damaged|cannot hold sandboxes): .*Build it again/,
      );
    });

    test('that somebody removed from the daemon comes back by itself', async () => {
      const driver = freshDriver(ground);
      expect(await driver.probe()).toMatchObject({ usable: true });
      const { docker } = new Daemon(ground.daemon().socketPath);
      const images = await docker.listImages();
      for (const { RepoTags } of images)
        for (const tag of RepoTags ?? [])
          if (tag.startsWith('ringlab-sandbox:')) await docker.getImage(tag).remove({ force: true });
      await using sandbox = await driver.create({ id: 'again', limits: DEFAULT_LIMITS });
      expect((await sh(sandbox, 'echo runs')).out).toBe('runs\n');
    }, 60_000);
  });
}
