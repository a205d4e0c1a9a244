// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';
import { LAB_NAMES } from '../labs.ts';
import { JoinPage } from '../pages/join.ts';

test('a link, a name, and the labs of the day are there', async ({ page, links }) => {
  await page.goto(links.attendee);
  const form = new JoinPage(page);
  await expect(form.code).not.toHaveValue('');
  await form.name.fill('Ada');
  await form.submit.click();

  const day = page.getByRole('list', { name: 'Labs of the day' });
  const labs = day.locator('a[href^="/labs/"]');
  await expect(labs).toHaveCount(LAB_NAMES.length);
  await expect(page.getByRole('navigation')).toContainText('Ada');

  await page.reload();
  await expect(labs).toHaveCount(LAB_NAMES.length);
  await labs.first().click();
  await expect(page.getByTestId('editor').locator('.view-line').first()).toBeVisible();
});

test('a wrong code and an empty name are told in words', async ({ page, links }) => {
  await page.goto(links.attendee);
  const form = new JoinPage(page);
  await form.submit.click();
  await expect(form.problem).toHaveText('Type your name.');
  await form.name.fill('Eve');
  await form.code.fill('not-the-code');
  await form.submit.click();
  await expect(form.problem).toContainText('code');
  await expect(page).toHaveURL(/join/);
});

test('a stranger who opens a lab is asked to join', async ({ page, links }) => {
  await page.goto(`${new URL(links.attendee).origin}/labs`);
  await expect(page).toHaveURL(/\/join/);
});
