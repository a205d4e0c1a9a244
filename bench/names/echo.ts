// SPDX-License-Identifier: BSD-2-Clause
import type { Browser, Page } from '@playwright/test';
import { Server, solutionOf } from '@ringlab/e2e';
import { echoMs } from '../in-page/drawing.ts';
import type { Benchmark } from '../measurement.ts';
import { launchBrowser } from '../stage/browser.ts';
import { type BareServer, startBareServer, startSpinning } from '../stage/child.ts';
import {
  LAB,
  openBareTerminal,
  openShell,
  openWorkspace,
  type Size,
  terminalSize,
} from '../stage/terminals.ts';
import { percentile } from '../statistics.ts';

/** What else the machine does changes within seconds: the pages take turns. */
const ROUNDS = 4;
const KEYS_A_ROUND = 50;
const KEYS_A_LINE = 25;
/** No faster than people type. */
const PAUSE_MS = 40;
const FLOOD = "yes 'a line that another terminal prints, again and again'";

export const echo: Benchmark = {
  name: 'echo',
  how: `from a key press to its echo on the screen, ${ROUNDS * KEYS_A_ROUND} keys in ${ROUNDS} rounds by turns, quiet and while another terminal prints flat out and pkt-gen spins; baseline: a page with ws, node-pty and xterm.js alone, as large, both drawn with elements`,
  run: async (print) => {
    await using server = await Server.start();
    await using bare = await startBareServer();
    await using browser = await launchBrowser();
    const size = await sizeOfShell(browser, server);
    const kinds = [
      ['quiet', () => quiet(browser, server), () => bareQuiet(browser, bare, size)],
      ['noisy', () => noisy(browser, server), () => bareNoisy(browser, bare, size)],
    ] as const;
    for (const [name, measureOurs, measureTheirs] of kinds) {
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        ours.push(...(await measureOurs()));
        theirs.push(...(await measureTheirs()));
      }
      for (const percent of [50, 99]) {
        const value = percentile(ours, percent);
        print({ name: `echo-${name}-p${percent}`, value, unit: 'ms', baseline: percentile(theirs, percent) });
      }
    }
  },
};

async function sizeOfShell(browser: Browser, server: Server): Promise<Size> {
  const workspace = await openWorkspace(browser, server, 'Sized');
  await openShell(workspace);
  const size = await terminalSize(workspace);
  await workspace.page.context().close();
  return size;
}

async function quiet(browser: Browser, server: Server): Promise<number[]> {
  const workspace = await openWorkspace(browser, server, 'Quiet');
  await openShell(workspace);
  return await typeAndClose(workspace.page);
}

async function bareQuiet(browser: Browser, bare: BareServer, size: Size): Promise<number[]> {
  return await typeAndClose(await openBareTerminal(browser, bare, size));
}

async function noisy(browser: Browser, server: Server): Promise<number[]> {
  const workspace = await openWorkspace(browser, server, 'Noisy');
  for (const { path, content } of solutionOf(LAB)) await workspace.write(path, content);
  await workspace.startRun();
  await workspace.waitForTraffic();
  await openShell(workspace);
  await workspace.page.keyboard.type(`${FLOOD}\n`);
  await openShell(workspace);
  const values = await type(workspace.page);
  await workspace.stopRun();
  await workspace.page.context().close();
  return values;
}

async function bareNoisy(browser: Browser, bare: BareServer, size: Size): Promise<number[]> {
  await using _spinning = await startSpinning();
  return await typeAndClose(await openBareTerminal(browser, bare, size, FLOOD));
}

async function typeAndClose(page: Page): Promise<number[]> {
  const values = await type(page);
  await page.context().close();
  return values;
}

/** Into `cat`, so that the echo is the terminal's own and no shell's editing is measured with it. */
async function type(page: Page): Promise<number[]> {
  await page.keyboard.type('cat > /dev/null\n');
  await page.waitForTimeout(500);
  const values: number[] = [];
  for (let key = 1; key <= KEYS_A_ROUND; key++) {
    values.push(await echoMs(page, 'x'));
    await page.waitForTimeout(PAUSE_MS);
    if (key % KEYS_A_LINE === 0) await endLine(page);
  }
  return values;
}

async function endLine(page: Page): Promise<void> {
  await page.keyboard.press('Enter');
  await page.waitForTimeout(200);
}
