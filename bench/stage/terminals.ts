// SPDX-License-Identifier: BSD-2-Clause
import type { Browser, Page } from '@playwright/test';
import { type Server, Workspace } from '@ringlab/e2e';
import { watchDrawing } from '../in-page/drawing.ts';
import { listenToSocket } from '../in-page/socket.ts';
import { joinCourse, strangerContext } from './browser.ts';
import type { BareServer } from './child.ts';

export const LAB = '03-sink';

async function watchedPage(browser: Browser): Promise<Page> {
  const page = await (await strangerContext(browser)).newPage();
  await watchDrawing(page);
  await listenToSocket(page);
  return page;
}

/** An attendee in the lab, in a browser of their own, with every probe in the page. */
export async function openWorkspace(browser: Browser, server: Server, name: string): Promise<Workspace> {
  const page = await watchedPage(browser);
  await joinCourse(page.context(), server.links.attendee, name);
  const workspace = new Workspace(page, LAB);
  await workspace.open(server.url);
  return workspace;
}

/** A shell with the focus, and nothing printed for a moment. */
export async function openShell(workspace: Workspace): Promise<void> {
  await workspace.newShell();
  await workspace.page.waitForTimeout(1500);
  await workspace.terminals.locator('.xterm:visible').click();
}

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** What fits the terminal of this page. */
export async function terminalSize({ page }: Workspace): Promise<Size> {
  const size = await page.evaluate(() => benchSocket.terminalSize);
  if (size === undefined) throw new Error('The page never said how large its terminal is.');
  return size;
}

/** The bare page in that size. With `hidden`, a second terminal runs that command where nobody sees it. */
export async function openBareTerminal(
  browser: Browser,
  bare: BareServer,
  { cols, rows }: Size,
  hidden?: string,
): Promise<Page> {
  const page = await watchedPage(browser);
  const query = new URLSearchParams({ cols: String(cols), rows: String(rows), ...(hidden && { hidden }) });
  await page.goto(`${bare.url}/terminal.html?${query}`);
  await page.locator('#terminal .xterm').click();
  await page.waitForTimeout(1000);
  return page;
}
