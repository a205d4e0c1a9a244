// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';

const SLOW = { timeout: 30_000 };

test('a lecture goes on by a key, its figures too, and leads into a lab that runs', async ({ attendee }) => {
  const { page } = await attendee('Listener', '00-tour');
  await page.goto(new URL('/labs', page.url()).href);
  await page.getByRole('link', { name: /The netmap API/ }).click();
  const slide = page.locator('.slides > section.present');
  await expect(slide.getByRole('heading')).toHaveText('The netmap API');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const picture = slide.locator('.ring-stage');
  await expect(picture).toHaveAttribute('aria-label', /12 slots: 0 to read; head 0, cur 0, tail 0/);
  await page.keyboard.press('Space');
  await expect(slide.locator('.slide-caption')).toContainText('Four packets come');
  await expect(picture).toHaveAttribute('aria-label', /tail 0, hwcur 0, hwtail 4/);
  await page.keyboard.press('Space');
  await expect(picture).toHaveAttribute('aria-label', /4 to read/);

  const speaker = await page.context().newPage();
  await speaker.goto(`${new URL(page.url()).pathname}?speaker#/2`.replace(/^/, new URL(page.url()).origin));
  await expect(speaker.getByRole('complementary', { name: 'Speaker notes' })).toContainText('who moves tail');
  await page.keyboard.press('Space');
  await expect(speaker.locator('section.present .slide-caption')).toContainText('Two more come');
  await speaker.close();

  const opened = page.context().waitForEvent('page');
  await page.getByRole('button', { name: 'Print or save as PDF' }).click();
  const paper = await opened;
  await expect(paper.locator('.pdf-page')).toHaveCount(9);
  const printed = paper.locator('.pdf-page .ring-stage').first();
  await expect.poll(async () => (await printed.boundingBox())?.height).toBeGreaterThan(300);
  await expect(paper.locator('html')).toHaveAttribute('data-theme', 'light');
  const pdf = (await paper.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
  expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(9);
  await paper.emulateMedia({ media: 'print' });
  await expect(paper.getByRole('button', { name: 'Print or save as PDF' })).toBeHidden();
  await paper.close();

  await page.goto(`${new URL(page.url()).origin}/slides/02-netmap-api#/8`);
  await page.getByRole('link', { name: 'Lab 02: watch it move' }).click();
  await expect(page.getByTestId('run-status')).toContainText(
    /Running|Building|Failed|failed|ended|Queued/,
    SLOW,
  );
  await expect(page).toHaveURL(/\/labs\/02-rings$/);
  const step = page.locator('.lab-step').filter({ hasText: 'Fill slots' });
  await expect(step.getByRole('heading')).toBeInViewport();
});
