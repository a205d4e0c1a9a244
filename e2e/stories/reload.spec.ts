// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';
import { solutionOf } from '../labs.ts';

const LAB = '03-sink';
const [solution] = solutionOf(LAB);
if (solution === undefined) throw new Error(`${LAB} has no solution.`);

test('a reload in the middle of a run finds editor, terminals and chart as they were', async ({
  attendee,
}) => {
  const workspace = await attendee('Reloader', LAB);
  const { page } = workspace;
  await workspace.write(solution.path, `${solution.content}\n/* typed before the reload */\n`);
  await workspace.startRun();
  await workspace.waitForTraffic();
  await workspace.newShell();
  await workspace.type('echo before-$((20 + 1))');
  await expect.poll(() => workspace.terminalText()).toContain('before-21');
  const tabs = await workspace.terminalTabs.allTextContents();

  await page.reload();
  await workspace.ready();

  expect(await workspace.textOnServer(solution.path)).toContain('typed before the reload');
  await expect(workspace.terminalTabs).toHaveText(tabs);
  await expect(workspace.status).toContainText('Running');
  await workspace.showTerminal(tabs.at(-1) ?? '');
  await expect.poll(() => workspace.terminalText()).toContain('before-21');
  expect((await workspace.terminalText()).split('before-21').length, 'the replay prints nothing twice').toBe(
    2,
  );
  await workspace.type('echo after-$((40 + 2))');
  await expect.poll(() => workspace.terminalText()).toContain('after-42');
  await expect(workspace.rates.locator('[data-empty="false"]')).toBeVisible();
  await workspace.waitForTraffic();
});
