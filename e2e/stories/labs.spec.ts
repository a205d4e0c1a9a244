// SPDX-License-Identifier: BSD-2-Clause

import { buildVmImage } from '../../tools/prepare/vm-image.mjs';
import { expect, test } from '../fixtures.ts';
import type { Server } from '../harness/server.ts';
import { LAB_NAMES, solutionOf } from '../labs.ts';
import type { Workspace } from '../pages/workspace.ts';

/** The one whose machine is looked at, too. */
const MACHINE_LAB = '10-passthrough';
/** Where to leave what the page says of a machine that died, for who wants to see it. */
const PICTURE = process.env.RINGLAB_PICTURE_LOST;
/** A machine that has never been started yet, on a processor that others use, too. */
const FIRST_MACHINE_MS = 120_000;

test.describe.configure({ mode: 'parallel', timeout: 400_000 });

test.beforeAll(async () => {
  test.setTimeout(900_000);
  await buildVmImage();
});

for (const lab of LAB_NAMES) {
  test(`${lab}: the starter fails with an explanation, the solution passes`, async ({ attendee, server }) => {
    const workspace = await attendee(`Solver of ${lab}`, lab);
    await failsWithWords(workspace);
    await expect(allStepsDone(workspace)).toHaveCount(0);
    await solve(workspace);
    if (lab === MACHINE_LAB) await runsInMachine(workspace, server);
    expect(await workspace.runCheck()).toBe('passed');
    await expect(failedChecks(workspace)).toHaveCount(0);
    await expect(allStepsDone(workspace)).toBeVisible();
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

/** Steps tick themselves off by the checks behind them. */
const allStepsDone = ({ page }: Workspace) => page.getByTitle('All steps done');

async function failsWithWords(workspace: Workspace): Promise<void> {
  expect(await workspace.runCheck()).toBe('failed');
  await expect(failedChecks(workspace).getByText('Expected').first()).toBeVisible();
}

async function solve(workspace: Workspace): Promise<void> {
  for (const { path, content } of solutionOf(workspace.lab)) await workspace.write(path, content);
}

async function runsInMachine(workspace: Workspace, server: Server | undefined): Promise<void> {
  await workspace.run.click();
  await expect(workspace.status).toContainText('Running', { timeout: FIRST_MACHINE_MS });
  const frame = workspace.topology.getByTitle('The virtual machine vm1');
  const inside = workspace.topology.getByRole('button', { name: 'send' });
  expect(isWithin(await inside.boundingBox(), await frame.boundingBox())).toBe(true);
  await workspace.showTerminal('table');
  const words = () => workspace.terminalText();
  await expect.poll(words, { timeout: 60_000 }).toMatch(/vale1:host +[1-9]\d* frames/);

  await workspace.page.getByRole('button', { name: 'New terminal in vm1' }).click();
  await workspace.seesTerminal(workspace.terminalTabs.last());
  // The card is the machine's own; outside there is none.
  await workspace.type('echo "card $(grep -c eth0 /proc/net/dev)"; ls');
  await expect.poll(words, { timeout: 60_000 }).toMatch(/card 1[\s\S]*send\.c/);
  if (server !== undefined) await losesItsMachine(workspace, server);
  else await workspace.stopRun();
}

/** What happened, what is left, and what to do; and it does it. */
async function losesItsMachine(workspace: Workspace, server: Server): Promise<void> {
  for (const pid of server.virtualMachines()) process.kill(pid, 'SIGKILL');
  const words = workspace.terminals.getByRole('status');
  await expect(words).toContainText('race stopped: its machine vm1 ended.');
  await expect(words).toContainText('Your files are kept. Run again to get a new one.');
  if (PICTURE !== undefined) await workspace.page.screenshot({ path: PICTURE });
  await expect(workspace.stop).toBeDisabled();
  await workspace.run.click();
  await expect(workspace.status).toContainText('Running', { timeout: FIRST_MACHINE_MS });
  await expect(words).toHaveCount(0);
  await workspace.stopRun();
}

type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

function isWithin(inner: Box | null, outer: Box | null): boolean {
  if (inner === null || outer === null) return false;
  const [right, bottom] = [inner.x + inner.width, inner.y + inner.height];
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    right <= outer.x + outer.width &&
    bottom <= outer.y + outer.height
  );
}
