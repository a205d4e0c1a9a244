// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';
import { Server } from '../harness/server.ts';
import { solutionOf } from '../labs.ts';

const LAB = '03-sink';
const [solution] = solutionOf(LAB);
if (solution === undefined) throw new Error(`${LAB} has no solution.`);

test('the server dies by SIGKILL and comes back with files, results and the truth about the run', async ({
  attendee,
}) => {
  await using server = await Server.start();
  const workspace = await attendee('Survivor', LAB, server.links);
  const { page } = workspace;
  await workspace.write(solution.path, solution.content);
  expect(await workspace.runCheck()).toBe('passed');
  await workspace.startRun();
  await workspace.waitForTraffic();

  await server.kill();
  await expect(workspace.saved).toContainText('Offline');
  await workspace.editor.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('/* while it was dead */');
  await server.startAgain();

  await expect(workspace.saved).toHaveText('Saved', { timeout: 40_000 });
  const text = `/* while it was dead */${solution.content}`;
  expect(await workspace.textOnServer(solution.path)).toBe(text);
  await expect(workspace.status).not.toContainText('Running');
  await expect(workspace.terminals).toContainText(/restarted/i);
  await expect(workspace.checks.getByRole('status')).toHaveAttribute('data-state', 'passed');

  await page.reload();
  await workspace.ready();
  expect(await workspace.textOnServer(solution.path)).toBe(text);
  await expect(workspace.checks.getByRole('status')).toHaveAttribute('data-state', 'passed');
  await workspace.startRun();
  await workspace.waitForTraffic();
});
