// SPDX-License-Identifier: BSD-2-Clause
import { test as base, type Page } from '@playwright/test';
import { type Links, Server } from './harness/server.ts';
import { Board } from './pages/board.ts';
import { JoinPage } from './pages/join.ts';
import { Workspace } from './pages/workspace.ts';

const CLIPBOARD = ['clipboard-read', 'clipboard-write'];

interface People {
  /** Joins the course in a browser of their own, and opens the lab. */
  readonly attendee: (name: string, lab: string, links?: Links) => Promise<Workspace>;
  readonly instructor: (links?: Links) => Promise<Board>;
}

interface Shared {
  /** For all stories of this worker; undefined where there is one at RINGLAB_URL. */
  readonly server: Server | undefined;
  readonly links: Links;
}

export const test = base.extend<People, Shared>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
    async ({}, use) => {
      if (givenLinks() !== undefined) return await use(undefined);
      await using server = await Server.start();
      await use(server);
    },
    { scope: 'worker', timeout: 300_000 },
  ],

  links: [
    async ({ server }, use) => {
      const links = server?.links ?? givenLinks();
      if (links !== undefined) await use(links);
    },
    { scope: 'worker' },
  ],

  attendee: async ({ browser, links: shared }, use) => {
    const workspaces: Workspace[] = [];
    await use(async (name, lab, links = shared) => {
      const page = await freshPage(browser.newContext({ permissions: CLIPBOARD }));
      await join(page, links, name);
      const workspace = new Workspace(page, lab);
      workspaces.push(workspace);
      await workspace.open(new URL(links.attendee).origin);
      return workspace;
    });
    for (const workspace of workspaces) await leave(workspace);
  },

  instructor: async ({ browser, links: shared }, use) => {
    const pages: Page[] = [];
    await use(async (links = shared) => {
      const page = await freshPage(browser.newContext({ permissions: CLIPBOARD }));
      pages.push(page);
      await page.goto(links.instructor);
      await page.waitForURL('**/board');
      return new Board(page);
    });
    for (const page of pages) await page.context().close();
  },
});

export { expect } from '@playwright/test';

function givenLinks(): Links | undefined {
  const { RINGLAB_URL: url, RINGLAB_COURSE_CODE: code, RINGLAB_INSTRUCTOR_TOKEN: token } = process.env;
  if (url === undefined) return undefined;
  if (code === undefined || token === undefined)
    throw new Error('With RINGLAB_URL set RINGLAB_COURSE_CODE and RINGLAB_INSTRUCTOR_TOKEN, too.');
  return { attendee: `${url}/join?code=${code}`, instructor: `${url}/instructor#${token}` };
}

async function freshPage(
  context: ReturnType<Page['context']> | Promise<ReturnType<Page['context']>>,
): Promise<Page> {
  return (await context).newPage();
}

async function join(page: Page, links: Links, name: string): Promise<void> {
  await page.goto(links.attendee);
  const form = new JoinPage(page);
  await form.name.fill(name);
  await form.submit.click();
  await page.waitForURL('**/labs');
}

/** Leaves nothing running behind: the next story has the processors for itself. What ends just now need not be stopped. */
async function leave({ page, stop }: Workspace): Promise<void> {
  if (!page.isClosed()) await stop.click({ timeout: 1000 }).catch(() => undefined);
  await page.context().close();
}
