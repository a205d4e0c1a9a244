// SPDX-License-Identifier: BSD-2-Clause
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { browserPath } from '@ringlab/e2e';

const VIEWPORT = { width: 1280, height: 800 };

/** Without WebGL, here as in the bare pages: every terminal is drawn with elements, whatever graphics the machine has. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath(), args: ['--disable-3d-apis'] });
}

/** A browser that was never here before: nothing cached, nobody signed in. */
export function strangerContext(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({ viewport: VIEWPORT, permissions: ['clipboard-read', 'clipboard-write'] });
}

/** Joins the course without loading any page. */
export async function joinCourse(context: BrowserContext, attendeeLink: string, name: string): Promise<void> {
  const { origin, searchParams } = new URL(attendeeLink);
  const response = await context.request.post(`${origin}/api/join`, {
    data: { code: searchParams.get('code'), name },
    headers: { origin },
  });
  if (!response.ok()) throw new Error(`Joining failed: ${response.status()} ${await response.text()}`);
}

/** The bytes of this page's JavaScript heap. */
export async function pageHeapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0;
}
