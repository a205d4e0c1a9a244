// SPDX-License-Identifier: BSD-2-Clause
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { equipMachine } from '../prepare/apt.mjs';
import { endWithChildren, runInherited, runInTurn } from '../prepare/children.mjs';
import { TEST_NEEDS } from '../prepare/machine.mjs';
import { prepareRepository, ROOT, requireNpm } from '../prepare/repository.mjs';
import { runCommand, Stop } from '../prepare/stop.mjs';
import { buildVmImage } from '../prepare/vm-image.mjs';
import { added, inWords, judged, NOTHING } from './counts.mjs';
import { rounds, SUITES } from './suites.mjs';

const HELP = `npm test: prepares this machine and the repository (a browser included), then runs every test.

  npm test                     everything
  npm test -- ${SUITES.map(({ name }) => name).join('|')}   one suite or several
  npm test -- unit NAME        of the suites unit and e2e only the files whose path contains NAME

The last line is "N passed, N failed, N skipped" over all suites. With CI=true a test that is skipped, because the
machine lacks an engine or a driver, counts as failed; what unetmap skips is what its DIFFERENCES.md lists.`;

/** @param {readonly string[]} args */
export function main(args) {
  return runCommand(async () => {
    if (args.includes('--help') || args.includes('-h')) {
      console.log(HELP);
      return 0;
    }
    const chosen = SUITES.filter(({ name }) => args.includes(name));
    const filters = args.filter((arg) => !SUITES.some(({ name }) => name === arg));
    const suites =
      chosen.length > 0 ? chosen : SUITES.filter((suite) => filters.length === 0 || suite.filtered);
    endWithChildren();
    requireNpm();
    await equipMachine(TEST_NEEDS, 'npm test');
    await prepareRepository();
    return await runSuites(suites, filters);
  });
}

/**
 * @param {readonly import('./suites.mjs').Suite[]} suites
 * @param {readonly string[]} filters
 * @returns {Promise<number>} the exit code
 */
async function runSuites(suites, filters) {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  /** @type {Result[]} */
  const results = [];
  const image = filters.length === 0 && suites.some(({ filtered }) => filtered) ? buildVmImage() : undefined;
  try {
    for (const round of rounds(suites)) results.push(...(await runRound(round, filters, folder)));
  } finally {
    await image;
    rmSync(folder, { recursive: true, force: true });
  }
  const total = results.reduce((sum, { counts }) => added(sum, counts), NOTHING);
  console.log(`\n${results.map(tableRow).join('\n')}`);
  console.log(inWords(total));
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** @typedef {{ name: string, counts: import('./counts.mjs').Counts, durationMs: number }} Result */

/**
 * Suites at the same time, whose outputs come one after the other.
 * @param {readonly import('./suites.mjs').Suite[]} round
 * @param {readonly string[]} filters
 * @param {string} folder
 */
async function runRound(round, filters, folder) {
  /** @type {Promise<Result>[]} */
  const running = [];
  for (const suite of round) {
    const turn = running.at(-1)?.then(
      () => undefined,
      () => undefined,
    );
    running.push(runSuite(suite, filters, folder, turn));
  }
  return await Promise.all(running);
}

/**
 * @param {import('./suites.mjs').Suite} suite
 * @param {readonly string[]} filters
 * @param {string} folder
 * @param {Promise<void>} [turn] from when on it may print; at once if not given
 * @returns {Promise<Result>}
 */
async function runSuite(suite, filters, folder, turn) {
  const startedAtMs = Date.now();
  const report = join(folder, `${suite.name}.json`);
  const { argv, env = {} } = suite.command(report, suite.filtered ? filters : []);
  const options = { cwd: ROOT, env: { ...process.env, ...env } };
  const heading = () => console.log(`\n== ${suite.name}: ${suite.proves}`);
  if (turn === undefined) heading();
  const code = await (turn === undefined
    ? runInherited(argv, options)
    : runInTurn(argv, { ...options, turn: turn.then(heading) }));
  if (code >= 128) throw new Stop(`${suite.name} was ended by a signal.`, code);
  const strict = process.env.CI === 'true' && !suite.skipsKnown;
  const counts = judged(suite.read(report), { code, strict });
  return { name: suite.name, counts, durationMs: Date.now() - startedAtMs };
}

/** @param {Result} result */
function tableRow({ name, counts, durationMs }) {
  return `${name.padEnd(8)}${(durationMs / 1000).toFixed(1).padStart(7)} s   ${inWords(counts)}`;
}
