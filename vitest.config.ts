// SPDX-License-Identifier: BSD-2-Clause
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{apps,packages,labs,tools,e2e,bench}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/.tsbuild/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
