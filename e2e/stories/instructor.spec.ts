// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';
import { LAB_NAMES, solutionOf } from '../labs.ts';
import { quantityPps, Workspace } from '../pages/workspace.ts';

const LAB = '03-sink';
const [solution] = solutionOf(LAB);
if (solution === undefined) throw new Error(`${LAB} has no solution.`);

test('the board shows live who is here, which checks hold, and at what rate they run', async ({
  attendee,
  instructor,
}) => {
  const board = await instructor();
  const workspace = await attendee('Observed', LAB);
  const row = board.row('Observed');
  await expect(row).toBeVisible();

  expect(await workspace.runCheck()).toBe('failed');
  await expect(row.locator('[data-state="failing"]')).toBeVisible();
  await workspace.write(solution.path, solution.content);
  expect(await workspace.runCheck()).toBe('passed');
  await expect(row.locator('[data-state="passed"]')).toBeVisible();

  await workspace.startRun();
  await expect
    .poll(async () => quantityPps((await row.textContent()) ?? ''), { timeout: 30_000 })
    .toBeGreaterThan(0);
});

test("the instructor reads an attendee's files and terminals, and changes nothing", async ({
  attendee,
  instructor,
}) => {
  const workspace = await attendee('Read', LAB);
  await workspace.write(solution.path, `/* mine */\n${solution.content}`);
  await workspace.newShell();
  await workspace.type('echo seen-$((3 + 4))');
  await expect.poll(() => workspace.terminalText()).toContain('seen-7');

  const board = await instructor();
  await board.row('Read').locator(`a[href^="/labs/${LAB}"]`).click();
  const seen = new Workspace(board.page, LAB);
  await expect(seen.editor.locator('.view-line').first()).toBeVisible();
  await expect.poll(() => seen.visibleText()).toContain('/* mine */');
  await expect(seen.run).toHaveCount(0);
  await expect(board.page.getByText('You see what they see')).toBeVisible();
  await expect.poll(() => seen.terminalText()).toContain('seen-7');

  await seen.editor.click();
  await board.page.keyboard.type('overwritten');
  await expect.poll(() => seen.visibleText()).not.toContain('overwritten');
  expect(await workspace.textOnServer(solution.path)).toBe(`/* mine */\n${solution.content}`);
});

test('an attendee whose browser forgot them gets their work back with a link from the board', async ({
  attendee,
  instructor,
}) => {
  const workspace = await attendee('Forgetful', LAB);
  await workspace.write(solution.path, `/* not lost */\n${solution.content}`);
  const link = await (await instructor()).linkBack('Forgetful');

  const { page } = workspace;
  await page.context().clearCookies();
  await page.evaluate(() => localStorage.clear());
  await page.goto(link);
  await page.waitForURL('**/labs');
  expect(page.url()).not.toContain('#');
  await workspace.open(new URL(link).origin);
  await expect.poll(() => workspace.visibleText()).toContain('/* not lost */');
});

test('the instructor closes a lab and opens it again, and attendees see it at once', async ({
  attendee,
  instructor,
}) => {
  const board = await instructor();
  const { page } = await attendee('Closed out', LAB);
  await page.goto(new URL('/labs', page.url()).href);
  const day = page.getByRole('list', { name: 'Labs of the day' });
  const labs = day.locator('a[href^="/labs/"]');
  await expect(labs).toHaveCount(LAB_NAMES.length);

  const open = board.page.getByRole('switch').first();
  await open.click();
  await expect(open).not.toBeChecked();
  await expect(labs).toHaveCount(LAB_NAMES.length - 1);
  await open.click();
  await expect(open).toBeChecked();
  await expect(labs).toHaveCount(LAB_NAMES.length);
});

test('a solution is locked until the instructor opens it, and is then shown beside the own code', async ({
  attendee,
  instructor,
}) => {
  const { page } = await attendee('Curious', LAB);
  const compare = page.getByRole('button', { name: 'Compare your code with it' });
  await expect(page.getByText('It opens when all checks pass')).toBeVisible();
  await expect(compare).toHaveCount(0);

  const lock = (await instructor()).solutionLock('Sink');
  await lock.click();
  await expect(lock).toHaveAttribute('aria-pressed', 'true');
  await compare.click();
  const dialog = page.getByRole('dialog', { name: 'Your code beside the solution' });
  await expect(dialog.locator('.line-insert').first()).toBeVisible();
  await page.keyboard.press('Escape');

  await lock.click();
  await expect(compare).toHaveCount(0);
});
