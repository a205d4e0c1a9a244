// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';
import { Cable } from '../harness/cable.ts';
import { solutionOf } from '../labs.ts';
import { JoinPage } from '../pages/join.ts';
import { Workspace } from '../pages/workspace.ts';

const LAB = '03-sink';
const CUT_MS = 10_000;
const [solution] = solutionOf(LAB);
if (solution === undefined) throw new Error(`${LAB} has no solution.`);

test('ten seconds without a network, typing on, lose nothing', async ({ attendee, links }) => {
  await using cable = await Cable.plugIn(new URL(links.attendee).origin);
  const workspace = await attendee('Commuter', LAB, {
    attendee: cable.through(links.attendee),
    instructor: cable.through(links.instructor),
  });
  const { page } = workspace;
  await workspace.write(solution.path, solution.content);
  await workspace.startRun();
  await workspace.newShell();
  await workspace.type('echo online-$((1 + 1))');
  await expect.poll(() => workspace.terminalText()).toContain('online-2');

  await cable.cut();
  const cutAtMs = Date.now();
  await workspace.type('echo offline-$((2 + 2))');
  await workspace.editor.click();
  await page.keyboard.press('Control+Home');
  let typed = '';
  for (let word = 0; Date.now() - cutAtMs < CUT_MS; word++) {
    const text = `word${word} `;
    await page.keyboard.type(text, { delay: 40 });
    typed += text;
  }
  await expect(workspace.saved).toContainText('Offline');
  await cable.mend();

  await expect(workspace.saved).toHaveText('Saved', { timeout: 30_000 });
  expect(await workspace.textOnServer(solution.path)).toBe(typed + solution.content);
  await expect(workspace.status).toContainText('Running');
  await expect.poll(() => workspace.terminalText()).toContain('offline-4');
  const shown = await workspace.terminalText();
  expect(shown.match(/^offline-4$/gm), 'what was typed into the terminal ran once').toHaveLength(1);
  await workspace.waitForTraffic();
});

test('a part of the page that could not be fetched is said, and comes with the network', async ({
  page,
  links,
}) => {
  await using cable = await Cable.plugIn(new URL(links.attendee).origin);
  await page.goto(cable.through(links.attendee));
  const form = new JoinPage(page);
  await form.name.fill('Tunnel');
  await form.submit.click();
  const lab = page.getByRole('list', { name: 'Labs of the day' }).getByRole('link', { name: 'Sink' });
  await expect(lab).toBeVisible();

  await cable.cut();
  await lab.click();
  await expect(page.getByRole('alert')).toContainText('The page could not be loaded');
  await cable.mend();
  await new Workspace(page, LAB).ready();
});
