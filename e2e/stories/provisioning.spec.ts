// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';

test('the instructor finds out whether the machine is ready, line by line, and may try again', async ({
  instructor,
}) => {
  test.setTimeout(300_000);
  const { page } = await instructor();
  await page.getByRole('link', { name: 'Machine' }).click();
  await page.waitForURL('**/provisioning');
  const line = (title: string) => page.getByRole('listitem', { name: title, exact: true });
  const verdict = page.getByRole('status');
  await expect(verdict).toContainText(/Nothing was tried|Ready|Not ready|Stopped/);

  await page.getByRole('radio', { name: 'bubblewrap' }).check();
  await page.getByRole('button', { name: /Find out|Try again/ }).click();
  await expect(verdict).toContainText('Working');
  await expect(line('bubblewrap').getByRole('img', { name: 'good' })).toBeVisible();
  await expect(line('03 Sink')).toContainText('The solution passes all', { timeout: 120_000 });
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(verdict).toContainText('Stopped before the end.');

  await page.getByRole('radio', { name: 'docker' }).check();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(line('docker')).toContainText('chosen', { timeout: 60_000 });
  if (await page.getByRole('button', { name: 'Stop' }).isVisible())
    await page.getByRole('button', { name: 'Stop' }).click();
  await expect(verdict).toContainText(/Stopped|ready|Ready/);
});
