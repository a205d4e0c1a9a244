// SPDX-License-Identifier: BSD-2-Clause
import type { Page } from '@playwright/test';
import { Server } from '@ringlab/e2e';
import { changesUntilQuiet } from '../in-page/drawing.ts';
import type { Benchmark } from '../measurement.ts';
import { launchBrowser, pageHeapBytes } from '../stage/browser.ts';
import { startBareServer } from '../stage/child.ts';
import { MIB, Peak, residentBytes } from '../stage/memory.ts';
import { openBareTerminal, openShell, openWorkspace, terminalSize } from '../stage/terminals.ts';
import { median } from '../statistics.ts';

const FLOOD_BYTES = 100 * MIB;
const FLOOD_TIMEOUT_MS = 180_000;
const COMMAND = `yes 'a line as a program prints it, with 1234567890 packets in it' | head -c ${FLOOD_BYTES} | cat`;

/** What else the machine does changes within seconds. */
const ROUNDS = 3;

interface Flood {
  readonly mebibytesPerSecond: number;
  readonly framesPerSecond: number;
  readonly serverBytes: number;
  readonly pageBytes: number;
}

const FIGURES: readonly { name: string; unit: string; of(flood: Flood): number }[] = [
  { name: 'flood', unit: 'MiB/s', of: (flood) => flood.mebibytesPerSecond },
  { name: 'flood-frames', unit: '1/s', of: (flood) => flood.framesPerSecond },
  { name: 'flood-server', unit: 'MiB', of: (flood) => flood.serverBytes / MIB },
  { name: 'flood-page', unit: 'MiB', of: (flood) => flood.pageBytes / MIB },
];

export const flood: Benchmark = {
  name: 'flood',
  how: `100 MiB through cat, from the Enter key to the last change on the screen; frames: how many of the page's frames showed something new; memory: the most of server and page meanwhile; each the median of ${ROUNDS} rounds by turns; baseline: a page with ws, node-pty and xterm.js alone, as large, both drawn with elements`,
  run: async (print) => {
    await using server = await Server.start();
    await using bare = await startBareServer();
    await using browser = await launchBrowser();
    const workspace = await openWorkspace(browser, server, 'Flooded');
    await openShell(workspace);
    const barePage = await openBareTerminal(browser, bare, await terminalSize(workspace));
    const ours: Flood[] = [];
    const theirs: Flood[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await measure(workspace.page, server.pid));
      theirs.push(await measure(barePage, bare.pid));
    }
    for (const { name, unit, of } of FIGURES) {
      print({ name, value: median(ours.map(of)), baseline: median(theirs.map(of)), unit });
    }
  },
};

async function measure(page: Page, serverPid: number): Promise<Flood> {
  using server = new Peak(() => residentBytes(serverPid));
  using heap = new Peak(() => pageHeapBytes(page), 1000);
  await page.bringToFront();
  await page.keyboard.type(COMMAND);
  await changesUntilQuiet(page);
  const before = await page.evaluate(() => ({ bytes: benchSocket.binaryBytes, nowMs: performance.now() }));
  await page.keyboard.press('Enter');
  const enough = ({ bytes }: { bytes: number }) => benchSocket.binaryBytes >= bytes;
  await page.waitForFunction(
    enough,
    { bytes: before.bytes + FLOOD_BYTES },
    { timeout: FLOOD_TIMEOUT_MS, polling: 250 },
  );
  const changes = await changesUntilQuiet(page);
  const seconds = ((changes.at(-1) ?? before.nowMs) - before.nowMs) / 1000;
  return {
    mebibytesPerSecond: FLOOD_BYTES / MIB / seconds,
    framesPerSecond: changes.length / seconds,
    serverBytes: server.most,
    pageBytes: heap.most,
  };
}
