// SPDX-License-Identifier: BSD-2-Clause
import type { Browser, Page } from '@playwright/test';
import { Server } from '@ringlab/e2e';
import type { Benchmark } from '../measurement.ts';
import { joinCourse, launchBrowser, strangerContext } from '../stage/browser.ts';
import { startBareServer } from '../stage/child.ts';
import { MIB, residentBytes } from '../stage/memory.ts';
import { LAB, openWorkspace } from '../stage/terminals.ts';
import { median } from '../statistics.ts';

const VISITS = 5;
const ATTENDEES = 8;
const READABLE_TIMEOUT_MS = 30_000;
/** What comes after the text can be read, such as panels that are loaded late, counts among the bytes, too. */
const SETTLE_MS = 1500;
const SETTLE_MEMORY_MS = 3000;
const MEGABYTE = 1e6;

interface Visit {
  readonly readableMs: number;
  readonly editorMs: number;
  readonly bytes: number;
}

export const page: Benchmark = {
  name: 'page',
  how: `from opening the lab's address with a cold cache to its file in the editor, median of ${VISITS} browsers that were never here; everything that was sent, compressed; the server's memory for each of ${ATTENDEES} attendees with a page open; baseline: a page with Monaco alone`,
  run: async (print) => {
    await using server = await Server.start();
    await using bare = await startBareServer();
    await using browser = await launchBrowser();
    const ours: Visit[] = [];
    const theirs: Visit[] = [];
    for (let visit = 0; visit < VISITS; visit++) {
      ours.push(await visitLab(browser, server, `Visitor ${visit}`));
      theirs.push(await visitBare(browser, `${bare.url}/monaco.html`));
    }
    const compare = (select: (visit: Visit) => number) => ({
      value: median(ours.map(select)),
      baseline: median(theirs.map(select)),
    });
    print({ name: 'page', ...compare(({ editorMs }) => editorMs / 1000), unit: 's' });
    print({ name: 'page-readable', ...compare(({ readableMs }) => readableMs / 1000), unit: 's' });
    print({ name: 'page-bytes', ...compare(({ bytes }) => bytes / MEGABYTE), unit: 'MB' });
    print({ name: 'page-server', value: (await bytesAnAttendee(browser, server)) / MIB, unit: 'MiB' });
  },
};

async function visitLab(browser: Browser, server: Server, name: string): Promise<Visit> {
  const context = await strangerContext(browser);
  await joinCourse(context, server.links.attendee, name);
  return await visit(await context.newPage(), `${server.url}/labs/${LAB}`);
}

async function visitBare(browser: Browser, url: string): Promise<Visit> {
  return await visit(await (await strangerContext(browser)).newPage(), url);
}

async function visit(page: Page, url: string): Promise<Visit> {
  let bytes = 0;
  const session = await page.context().newCDPSession(page);
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await session.send('Network.enable');
  await page.goto(url, { waitUntil: 'commit' });
  const readableMs = await whenShown(page, '.view-lines, .plain-code');
  const editorMs = await whenShown(page, '.view-lines');
  await page.waitForTimeout(SETTLE_MS);
  await page.context().close();
  return { readableMs, editorMs, bytes };
}

/** When one of these elements first had the file's text in it, its beginning or the place to work, ms since navigation. */
async function whenShown(page: Page, selector: string): Promise<number> {
  const shown = (wanted: string) => {
    const elements = [...document.querySelectorAll(wanted)];
    const has = elements.some(({ textContent }) =>
      /sink: counts|your loop here/.test(textContent.replaceAll('\u00a0', ' ')),
    );
    return has ? performance.now() : undefined;
  };
  const handle = await page.waitForFunction(shown, selector, {
    timeout: READABLE_TIMEOUT_MS,
    polling: 'raf',
  });
  return (await handle.jsonValue()) ?? Number.NaN;
}

/** Pages stay open meanwhile; no run is started, so that there is no sandbox of theirs. */
async function bytesAnAttendee(browser: Browser, server: Server): Promise<number> {
  await openWorkspace(browser, server, 'The first');
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MEMORY_MS));
  const before = residentBytes(server.pid);
  for (let attendee = 0; attendee < ATTENDEES; attendee++)
    await openWorkspace(browser, server, `Attendee ${attendee}`);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MEMORY_MS));
  return (residentBytes(server.pid) - before) / ATTENDEES;
}
