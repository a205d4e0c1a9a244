// SPDX-License-Identifier: BSD-2-Clause
import type { Page } from '@playwright/test';
import { Server } from '@ringlab/e2e';
import { changesUntilQuiet } from '../in-page/drawing.ts';
import type { Benchmark } from '../measurement.ts';
import { launchBrowser, pageHeapBytes } from '../stage/browser.ts';
import { startBareServer } from '../stage/child.ts';
import { MIB, Peak, residentBytes } from '../stage/memory.ts';
import { openBareTerminal, openShell, openWorkspace } from '../stage/terminals.ts';

const FLOOD_BYTES = 100 * MIB;
const FLOOD_TIMEOUT_MS = 180_000;
const COMMAND = `yes 'a line as a program prints it, with 1234567890 packets in it' | head -c ${FLOOD_BYTES} | cat`;

interface Flood {
  readonly mebibytesPerSecond: number;
  readonly framesPerSecond: number;
  readonly serverBytes: number;
  readonly pageBytes: number;
}

export const flood: Benchmark = {
  name: 'flood',
  how: '100 MiB through cat, from the Enter key to the last change on the screen; frames: how often the screen changed; memory: the most of server and page meanwhile; baseline: a page with ws, node-pty and xterm.js alone',
  run: async (print) => {
    await using server = await Server.start();
    await using bare = await startBareServer();
    await using browser = await launchBrowser();
    const workspace = await openWorkspace(browser, server, 'Flooded');
    await openShell(workspace);
    const ours = await measure(workspace.page, server.pid);
    await workspace.page.context().close();
    const theirs = await measure(await openBareTerminal(browser, bare), bare.pid);

    const speed = { value: ours.mebibytesPerSecond, baseline: theirs.mebibytesPerSecond };
    print({ name: 'flood', ...speed, unit: 'MiB/s' });
    print({
      name: 'flood-frames',
      value: ours.framesPerSecond,
      baseline: theirs.framesPerSecond,
      unit: '1/s',
    });
    print({
      name: 'flood-server',
      value: ours.serverBytes / MIB,
      baseline: theirs.serverBytes / MIB,
      unit: 'MiB',
    });
    print({ name: 'flood-page', value: ours.pageBytes / MIB, baseline: theirs.pageBytes / MIB, unit: 'MiB' });
  },
};

async function measure(page: Page, serverPid: number): Promise<Flood> {
  using server = new Peak(() => residentBytes(serverPid));
  using heap = new Peak(() => pageHeapBytes(page), 1000);
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
