// SPDX-License-Identifier: BSD-2-Clause
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '../fixtures.ts';
import { Server } from '../harness/server.ts';

const CONTENT = Buffer.from('a laptop would start from this, if it were longer\n'.repeat(1000));
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** As `pnpm images build live` leaves it. */
function putImage(imagesDir: string): void {
  mkdirSync(join(imagesDir, 'live'));
  writeFileSync(join(imagesDir, 'live/ringlab.iso'), CONTENT);
  const files = [{ name: 'ringlab.iso', bytes: CONTENT.length, sha256: sha256(CONTENT) }];
  const about = { shape: 'live', release: 'bookworm', architecture: 'amd64', packages: [], budgetBytes: 1e6 };
  const digest = sha256(`ringlab.iso ${sha256(CONTENT)}\n`);
  const manifest = { ...about, files, bytes: CONTENT.length, digest };
  writeFileSync(join(imagesDir, 'live/manifest.json'), JSON.stringify(manifest));
}

test('an attendee takes the course home on a stick; before there is an image, the page says so', async ({
  attendee,
  instructor,
}) => {
  const images = mkdtempSync(join(tmpdir(), 'ringlab-live-'));
  using _ = { [Symbol.dispose]: () => rmSync(images, { recursive: true, force: true }) };
  await using server = await Server.start({ env: { RINGLAB_IMAGES_DIR: images } });
  const board = await instructor(server.links);
  await board.page.getByRole('link', { name: 'Live image' }).click();
  await expect(board.page.getByText('Build it: pnpm images build live')).toBeVisible();

  const { page } = await attendee('Takes', '00-tour', server.links);
  await page.goto(new URL('/labs', server.links.attendee).href);
  await page.getByRole('link', { name: 'Ringlab on a stick' }).click();
  await expect(page.getByText('There is no live image to download yet.')).toBeVisible();

  putImage(images);
  await page.reload();
  await expect(page.getByText(sha256(CONTENT), { exact: true })).toBeVisible();
  const downloads = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download ringlab.iso' }).click();
  const download = await downloads;
  expect(download.suggestedFilename()).toBe('ringlab.iso');
  expect(sha256(readFileSync(await download.path()))).toBe(sha256(CONTENT));
});
