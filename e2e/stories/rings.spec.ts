// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';
import { solutionOf } from '../labs.ts';

const SLOW = { timeout: 30_000 };

test('an attendee watches a program go through its syncs, one step at a time', async ({ attendee }) => {
  const workspace = await attendee('Sync', '02-rings');
  const { page } = workspace;
  for (const { path, content } of solutionOf('02-rings')) await workspace.write(path, content);
  await page.locator('.panel-tab', { hasText: 'Rings' }).click();
  const panel = page.getByRole('region', { name: 'Rings' }).last();
  await panel.getByRole('button', { name: 'Hold at each sync' }).click();
  const words = panel.getByRole('status');
  await expect(words).toContainText('stops at the first sync');

  await workspace.run.click();
  await expect(words).toContainText('NIOCTXSYNC called; nothing has happened yet', SLOW);
  const picture = panel.locator('.ring-stage');
  await expect(picture).toHaveAttribute('aria-label', /Transmit ring 0 of vale0:hand.*head 3, .* hwcur 0,/);

  await panel.getByTitle('Step (F10)').click();
  await expect(words).toContainText('NIOCTXSYNC done', SLOW);
  await expect(picture).toHaveAttribute('aria-label', /head 3, .* hwcur 3,/);
  await picture.focus();
  await page.keyboard.press('F10');
  await expect(words).toContainText('poll() called', SLOW);

  await page.keyboard.press('PageDown');
  await page.keyboard.press('ArrowLeft');
  await expect(panel).toContainText(/Slot 2 of vale0:hand\/tx0 .* 60 bytes/);
  await expect(panel.locator('.rings-slot pre')).toContainText('ff ff ff ff ff ff 02', SLOW);

  await panel.getByRole('button', { name: 'Let it run' }).click();
  await expect(picture).toHaveAttribute('aria-label', /head (?!3,)\d+, cur/, SLOW);
});
