// SPDX-License-Identifier: BSD-2-Clause
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '../fixtures.ts';
import { Server } from '../harness/server.ts';
import { folderOf } from '../labs.ts';

test('the instructor finds out whether the machine is ready, line by line, and may try again', async ({
  instructor,
}) => {
  // Two labs say as much as all, and no image is there: what machines boot from it is tried elsewhere.
  const images = mkdtempSync(join(tmpdir(), 'ringlab-no-images-'));
  using _ = { [Symbol.dispose]: () => rmSync(images, { recursive: true, force: true }) };
  await using server = await Server.start({
    env: {
      RINGLAB_LABS_DIR: folderOf('00-tour'),
      RINGLAB_MORE_LABS: folderOf('03-sink'),
      RINGLAB_IMAGES_DIR: images,
    },
  });
  const { page } = await instructor(server.links);
  await page.getByRole('link', { name: 'Machine' }).click();
  await page.waitForURL('**/provisioning');
  const line = (title: string) => page.getByRole('listitem', { name: title, exact: true });
  const verdict = page.getByRole('status');
  await expect(verdict).toContainText(/Nothing was tried|Ready|Not ready|Stopped/);

  await page.getByRole('radio', { name: 'bubblewrap' }).check();
  await page.getByRole('button', { name: /Find out|Try again/ }).click();
  await expect(verdict).toContainText('Working');
  await expect(line('bubblewrap').getByRole('img', { name: 'good' })).toBeVisible();
  await expect(line('qemu')).toContainText(/no VM image|QEMU is not installed/);
  await expect(line('00 Tour')).toContainText('The solution passes', { timeout: 120_000 });
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(verdict).toContainText('Stopped before the end.');

  await page.getByRole('radio', { name: 'docker' }).check();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(line('docker')).toContainText('chosen', { timeout: 60_000 });
  if (await page.getByRole('button', { name: 'Stop' }).isVisible())
    await page.getByRole('button', { name: 'Stop' }).click();
  await expect(verdict).toContainText(/Stopped|ready|Ready/);
});
