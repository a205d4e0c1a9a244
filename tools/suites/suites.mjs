// SPDX-License-Identifier: BSD-2-Clause
import { existsSync, readFileSync } from 'node:fs';
import { NODE } from '../prepare/repository.mjs';

/** @typedef {import('./counts.mjs').Counts} Counts */

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {string} proves
 * @property {boolean} filtered takes names of files
 * @property {boolean} [beside] may run at the same time as the one before it: it waits more than it computes
 * @property {boolean} [skipsKnown] what it skips is written down, and it fails itself when that is not true
 * @property {(report: string, filters: readonly string[]) => { argv: string[], env?: Record<string, string> }} command
 *   what runs it, leaving its report at the path
 * @property {(report: string) => Counts | undefined} read undefined when there is no report
 */

/** A line of its own; make may say more after it. */
const SUMMARY = /^(\d+) passed, (\d+) failed, (\d+) skipped$/gm;

/** @type {readonly Suite[]} */
export const SUITES = [
  {
    name: 'check',
    proves: 'types, lint, formatting, arrows, dead code, prose',
    filtered: false,
    command: (report) => ({ argv: [NODE, 'tools/check.ts', '--report', report] }),
    read: jsonCounts((json) => json),
  },
  {
    name: 'unetmap',
    proves: 'netmap in user space, in C',
    filtered: false,
    beside: true,
    skipsKnown: true,
    command: (report) => ({
      argv: ['bash', '-o', 'pipefail', '-c', 'make -C packages/unetmap check 2>&1 | tee "$0"', report],
    }),
    read: (report) => countsInOutput(readIfThere(report)),
  },
  {
    name: 'unit',
    proves: 'TypeScript, the drivers and the server included',
    filtered: true,
    command: (report, filters) => ({
      argv: [
        NODE,
        'node_modules/vitest/vitest.mjs',
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...filters,
      ],
    }),
    read: jsonCounts(({ numPassedTests, numFailedTests, numPendingTests, numTodoTests }) => ({
      passed: numPassedTests,
      failed: numFailedTests,
      skipped: numPendingTests + numTodoTests,
    })),
  },
  {
    name: 'e2e',
    proves: 'the stories of attendee and instructor, in a browser',
    filtered: true,
    command: (report, filters) => ({
      argv: [NODE, 'node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json', ...filters],
      env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    }),
    read: jsonCounts(({ stats }) => ({
      passed: stats.expected + stats.flaky,
      failed: stats.unexpected,
      skipped: stats.skipped,
    })),
  },
];

/**
 * What runs at the same time, one round after the other.
 * @param {readonly Suite[]} suites
 * @returns {Suite[][]}
 */
export function rounds(suites) {
  /** @type {Suite[][]} */
  const all = [];
  for (const suite of suites) {
    const latest = all.at(-1);
    if (suite.beside && latest !== undefined) latest.push(suite);
    else all.push([suite]);
  }
  return all;
}

/** @param {(json: any) => Counts} select */
function jsonCounts(select) {
  return (/** @type {string} */ report) => {
    const text = readIfThere(report);
    return text === undefined ? undefined : select(JSON.parse(text));
  };
}

/**
 * @param {string | undefined} text
 * @returns {Counts | undefined}
 */
export function countsInOutput(text) {
  const match = [...(text ?? '').matchAll(SUMMARY)].at(-1);
  if (match === undefined) return undefined;
  return { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3]) };
}

/** @param {string} path */
function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
