// SPDX-License-Identifier: BSD-2-Clause
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tools/suites/longest-first.ts';

export default defineConfig({
  test: {
    include: ['{apps,packages,labs,tools,e2e,bench,images}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/.tsbuild/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Most files wait for real programs most of the time: one more than vitest's own choice on two cores.
    maxWorkers: availableParallelism(),
    // Real programs on a machine that others use, too: CI tries once more, and the report says of what.
    retry: process.env.CI === 'true' ? 1 : 0,
    sequence: { sequencer: LongestFirst },
  },
});
