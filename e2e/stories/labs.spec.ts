// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';
import { PLAIN_LAB_NAMES, solutionOf } from '../labs.ts';
import type { Workspace } from '../pages/workspace.ts';

for (const lab of PLAIN_LAB_NAMES) {
  test(`${lab}: the starter fails with an explanation, the solution passes`, async ({ attendee }) => {
    const workspace = await attendee(`Solver of ${lab}`, lab);
    await failsWithWords(workspace);
    await solve(workspace);
    expect(await workspace.runCheck()).toBe('passed');
    await expect(failedChecks(workspace)).toHaveCount(0);
  });
}

test('hints come one by one, each stronger, and an answer is explained at once', async ({ attendee }) => {
  const { page } = await attendee('Asks for hints', '00-tour');
  const hints = page.locator('.lab-hints').first();
  for (const [number, strength] of ['a nudge', 'a pointer', 'nearly the answer'].entries()) {
    await hints.getByRole('button', { name: `Hint ${number + 1} of 3: ${strength}` }).click();
    await expect(hints.locator('.lab-hint')).toHaveCount(number + 1);
  }
  const question = page.getByRole('group', { name: 'Who gets it?' });
  await question.getByText('Everybody in the room.').click();
  await expect(question.getByRole('status')).toContainText('The switch vale0 is your own.');
  await question.getByText('Every port of the switch but yours.').click();
  await expect(question.getByLabel('right', { exact: true })).toBeVisible();
});

/** The solution need not solve the tasks for who goes further. */
const failedChecks = ({ checks }: Workspace) =>
  checks.getByRole('list', { name: 'Checks', exact: true }).locator('[data-state="failed"]');

async function failsWithWords(workspace: Workspace): Promise<void> {
  expect(await workspace.runCheck()).toBe('failed');
  await expect(failedChecks(workspace).getByText('Expected').first()).toBeVisible();
}

async function solve(workspace: Workspace): Promise<void> {
  for (const { path, content } of solutionOf(workspace.lab)) await workspace.write(path, content);
}
