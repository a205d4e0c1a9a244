// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';
import { solutionOf } from '../labs.ts';
import { JoinPage } from '../pages/join.ts';
import { Workspace } from '../pages/workspace.ts';

const LAB = '03-sink';
const [solution] = solutionOf(LAB);
if (solution === undefined) throw new Error(`${LAB} has no solution.`);

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('the whole way without a mouse: join, open, write, run, look, check', async ({ page, links }) => {
  const { keyboard } = page;
  await page.goto(links.attendee);
  await expect(new JoinPage(page).name).toBeFocused();
  await keyboard.type('Keys only\n');
  await page.waitForURL('**/labs');

  const labs = page.getByRole('list', { name: 'Labs of the day' });
  const link = labs.getByRole('link', { name: 'Sink' });
  await expect(link).toBeVisible();
  for (
    let presses = 0;
    presses < 40 && !(await link.evaluate((element) => element === document.activeElement));
    presses++
  )
    await keyboard.press('Tab');
  await expect(link).toBeFocused();
  await keyboard.press('Enter');

  const workspace = new Workspace(page, LAB);
  await workspace.ready();
  await keyboard.press('Control+1');
  await expect(workspace.editor.locator('*:focus')).toHaveCount(1);
  await keyboard.press('Control+A');
  await page.evaluate((text) => navigator.clipboard.writeText(text), solution.content);
  await keyboard.press('Control+V');
  await expect.poll(() => workspace.textOnServer(solution.path)).toBe(solution.content);

  await keyboard.press('Control+Enter');
  await expect(workspace.status).toContainText('Running', { timeout: 30_000 });
  await workspace.waitForTraffic();
  await keyboard.press('Alt+2');
  await expect(workspace.terminalTabs.nth(1)).toHaveAttribute('aria-selected', 'true');
  await workspace.terminalTabs.nth(1).focus();
  await keyboard.press('Home');
  await expect(workspace.terminalTabs.first()).toBeFocused();
  await keyboard.press('Enter');
  await expect(workspace.terminalTabs.first()).toHaveAttribute('aria-selected', 'true');
  await keyboard.press('Control+.');
  await expect(workspace.stop).toBeDisabled();

  await keyboard.press('Control+Shift+P');
  await keyboard.type('Check');
  await expect(page.getByRole('dialog')).toBeVisible();
  await keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await keyboard.press('Control+Shift+Enter');
  await expect(workspace.checks.getByRole('status')).toHaveAttribute('data-state', 'passed', {
    timeout: 60_000,
  });
});
