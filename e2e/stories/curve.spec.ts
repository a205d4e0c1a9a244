// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';
import { solutionOf } from '../labs.ts';

const LAB = '15-latency-and-batching';
const SLOW = { timeout: 90_000 };
/** Where to leave pictures of both themes, for who wants to look at them. */
const PICTURES = process.env.RINGLAB_PICTURES;

test('an attendee sees the curve grow that their program measures, and finds it again', async ({
  attendee,
}) => {
  const workspace = await attendee('Measurer', LAB);
  const { page } = workspace;
  const panel = page.getByRole('region', { name: 'Curve' }).last();
  const chart = panel.getByRole('application');
  await expect(chart).toHaveAttribute('aria-label', /no points yet/);
  for (const { path, content } of solutionOf(LAB)) await workspace.write(path, content);

  await workspace.startRun();
  await expect(chart).toHaveAttribute('data-points', /^[1-9]$/, SLOW);
  await expect(panel.getByRole('status')).toContainText('more to come');
  await expect(workspace.status).not.toContainText('Running', SLOW);
  const label = (await chart.getAttribute('aria-label')) ?? '';
  expect(label).toMatch(/\d+ points in 4 lines/);
  await expect(panel.getByRole('list', { name: 'batch of' }).getByRole('listitem')).toHaveText([
    '1',
    '8',
    '64',
    '512',
  ]);
  // Whoever does not see it reads it: at a low rate a packet waits long until 512 are due.
  const [slowest] = await panel.locator('tbody tr').filter({ hasText: /^512/ }).allTextContents();
  expect(slowest).toMatch(/ kpps\d\d\.\d ms$/);

  await page.reload();
  await workspace.ready();
  await expect(chart).toHaveAttribute('aria-label', label);
  await chart.focus();
  for (const key of ['ArrowRight', 'ArrowUp', 'ArrowRight']) await page.keyboard.press(key);
  await expect(panel.getByRole('status')).toHaveText(/^batch of 8: [\d.]+ kpps, \d+(\.\d+)? (µs|ms)$/);
  for (const theme of PICTURES === undefined ? [] : ['dark', 'light']) {
    await page.evaluate((name) => document.documentElement.setAttribute('data-theme', name), theme);
    await page.screenshot({ path: `${PICTURES}/curve-${theme}.png` });
  }

  await workspace.startRun();
  await expect(panel.getByLabel('measured before')).toBeChecked(SLOW);
  await expect(panel.locator('.curve-line.before')).toHaveCount(4);
  await panel.getByLabel('measured before').uncheck();
  await expect(panel.locator('.curve-line.before')).toHaveCount(0);
});
