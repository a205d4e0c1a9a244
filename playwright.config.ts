// SPDX-License-Identifier: BSD-2-Clause
import { defineConfig } from '@playwright/test';
import { browserPath } from './e2e/harness/browser.ts';

/** One story at a time: each has programs that send packets flat out. */
export default defineConfig({
  testDir: 'e2e/stories',
  outputDir: 'test-results',
  workers: 1,
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
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    actionTimeout: 30_000,
    // Without WebGL, terminals are drawn with elements, whose text a story can read.
    launchOptions: { executablePath: browserPath(), args: ['--disable-3d-apis'] },
  },
});
