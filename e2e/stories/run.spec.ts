// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';
import { solutionOf } from '../labs.ts';
import type { Workspace } from '../pages/workspace.ts';

const LAB = '03-sink';
const [solution] = solutionOf(LAB);
if (solution === undefined) throw new Error(`${LAB} has no solution.`);

/** Where to leave the README's picture: `RINGLAB_PICTURE=docs/images/workspace.png pnpm e2e run`. */
const PICTURE = process.env.RINGLAB_PICTURE;
/** The chart has a minute in view. */
const PICTURE_AFTER_MS = 20_000;

/** With the loop in view, which the attendee wrote. */
async function takePicture({ page, editor }: Workspace, path: string): Promise<void> {
  await editor.click();
  const { keyboard } = page;
  await keyboard.press('Control+End');
  for (let pages = 0; pages < 4; pages++) await keyboard.press('PageUp');
  await page.waitForTimeout(PICTURE_AFTER_MS);
  await page.screenshot({ path });
}

test("a mistake is marked where it is, in the compiler's words, and the mark goes with it", async ({
  attendee,
}) => {
  const workspace = await attendee('Breaker', LAB);
  const broken = `int broken = nowhere_declared;\n${solution.content}`;
  await workspace.write(solution.path, broken);
  await workspace.run.click();

  await expect(workspace.errors.first()).toBeVisible({ timeout: 30_000 });
  await expect(workspace.status).toContainText(/build/i);
  await workspace.editor.getByText('nowhere_declared').hover();
  await expect(workspace.page.locator('.monaco-hover:visible')).toContainText('nowhere_declared');

  await workspace.write(solution.path, solution.content);
  await workspace.startRun();
  await expect(workspace.errors).toHaveCount(0);
});

test('a run shows its rate on the chart, and the topology moves', async ({ attendee }) => {
  const workspace = await attendee('Runner', LAB);
  await workspace.write(solution.path, solution.content);
  await workspace.startRun();
  await workspace.waitForTraffic();

  const where = /^(unetmap|kernel) \u00b7 (bubblewrap|docker|qemu|ssh)$/;
  await expect(workspace.page.getByText(where)).toBeVisible();
  for (const ratePps of await workspace.linkRatesPps()) expect(ratePps).toBeGreaterThan(10_000);
  const packets = workspace.topology.locator('.topology-link-packets').first();
  const offset = () => packets.evaluate((element) => getComputedStyle(element).strokeDashoffset);
  const before = await offset();
  await expect.poll(offset).not.toBe(before);
  await sameLinksThroughReadings(workspace);

  if (PICTURE !== undefined) await takePicture(workspace, PICTURE);

  await workspace.stopRun();
  await expect.poll(() => workspace.linkRatesPps()).toEqual(expect.arrayContaining([0]));
});

/** Each second the processes' shares of the CPU are drawn anew; the links must not be, or they flicker. */
async function sameLinksThroughReadings({ page, topology }: Workspace): Promise<void> {
  const links = await topology.locator('.topology-link').elementHandles();
  await page.waitForTimeout(2500);
  for (const link of links) expect(await link.evaluate((element) => element.isConnected)).toBe(true);
}

test('every link leads to its chart, every process to its terminal', async ({ attendee }) => {
  const workspace = await attendee('Clicker', LAB);
  await workspace.write(solution.path, solution.content);
  await workspace.startRun();
  await workspace.waitForTraffic();
  await workspace.topology
    .getByTitle(/Show its chart/)
    .first()
    .click();
  await expect(workspace.rates.getByRole('button', { pressed: true })).toHaveCount(1);
  await workspace.showTerminal(/gen/);
  await expect(workspace.terminalTabs.filter({ hasText: /gen/ })).toHaveAttribute('aria-selected', 'true');
  await expect.poll(() => workspace.terminalText()).toMatch(/pps/);
});
