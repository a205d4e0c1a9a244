// SPDX-License-Identifier: BSD-2-Clause
import { defineConfig } from '@playwright/test';
import { browserPath } from './e2e/harness/browser.ts';

/** Stories wait for a page as often as for a processor: two at a time, and not on a server that somebody else gave. */
const WORKERS = process.env.RINGLAB_URL === undefined ? 2 : 1;

export default defineConfig({
  testDir: 'e2e/stories',
  outputDir: 'test-results',
  workers: WORKERS,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  forbidOnly: process.env.CI === 'true',
  // As in vitest.config.ts: what passed only then is listed as flaky.
  retries: process.env.CI === 'true' ? 1 : 0,
  reporter: 'list',
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    colorScheme: 'dark',
    // Recording costs as much again as the story.
    trace: 'on-first-retry',
    screenshot: 'only-on-failure',
    actionTimeout: 30_000,
    // Without WebGL, terminals are drawn with elements, whose text a story can read.
    launchOptions: { executablePath: browserPath(), args: ['--disable-3d-apis'] },
  },
});
