// SPDX-License-Identifier: BSD-2-Clause
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '../fixtures.ts';
import { Server } from '../harness/server.ts';

/** Where to leave what the page says, for who wants to see it. */
const PICTURE = process.env.RINGLAB_PICTURE_NO_IMAGE;

test('where the image is missing, the page says which command builds it, and files can be written all the same', async ({
  attendee,
}) => {
  const images = mkdtempSync(join(tmpdir(), 'ringlab-no-images-'));
  using _ = { [Symbol.dispose]: () => rmSync(images, { recursive: true, force: true }) };
  const env = { RINGLAB_DRIVER: 'qemu', RINGLAB_IMAGES_DIR: images };
  await using server = await Server.start({ env });
  const workspace = await attendee('Early', '03-sink', server.links);
  const { page } = workspace;
  const strip = page.getByRole('alert').filter({ hasText: 'Nothing can be run here now.' });
  await expect(strip).toContainText(`There is no VM image in ${images}/vm. Build it: pnpm images build vm`);
  if (PICTURE !== undefined) await page.screenshot({ path: PICTURE });
  await expect(page.getByText('No sandbox')).toBeVisible();
  await expect(workspace.run).toBeDisabled();
  await expect(workspace.check).toBeDisabled();
  await workspace.write('sink.c', '/* before the image */\n');
});
