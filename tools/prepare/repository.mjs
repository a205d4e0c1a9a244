// SPDX-License-Identifier: BSD-2-Clause
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runQuietly } from './children.mjs';
import { findProgram } from './machine.mjs';
import { withProgress } from './progress.mjs';
import { unlessDone } from './stamps.mjs';
import { Stop } from './stop.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The Node that everything but this preparation runs on; pnpm installs it. */
export const NODE = join(ROOT, 'node_modules/.bin/node');

const PNPM = ['npx', '-y', 'pnpm@12.21.0'];

/** Packages, unetmap and the web application: each made only if what it is made from changed. */
export async function prepareRepository() {
  await installPackages();
  await buildUnetmap();
  await buildWeb();
}

function installPackages() {
  const of = { root: ROOT, inputs: packageInputs(), stamp: 'node_modules/.ringlab-stamp' };
  return unlessDone(of, () =>
    withProgress('Installing Node packages', async (show) => {
      const argv = [...PNPM, 'install', '--frozen-lockfile', '--reporter=append-only'];
      const { code, tail } = await runQuietly(argv, { cwd: ROOT, onLine: show });
      if (code !== 0) throw new Stop(await installFault(code, tail));
    }),
  );
}

function packageInputs() {
  const folders = ['apps', 'packages'].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`),
  );
  const manifests = ['.', 'labs', 'e2e', 'bench', ...folders].map((folder) => `${folder}/package.json`);
  return ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests];
}

/**
 * Asks the registry itself instead of guessing from the words of a failed install.
 * @param {number} code
 * @param {string} tail
 */
async function installFault(code, tail) {
  const ping = await runQuietly(['npm', 'ping', '--fetch-retries=0', '--fetch-timeout=5000'], { cwd: ROOT });
  if (ping.code !== 0)
    return 'No network: the npm registry does not answer, and Ringlab must install its Node packages once. Connect this machine, then try again.';
  return `${PNPM.join(' ')} install failed (exit ${code}):\n${tail}`;
}

/** make knows itself what is out of date. */
async function buildUnetmap() {
  if ((await runQuietly(['make', '-q', '-C', 'packages/unetmap'], { cwd: ROOT })).code === 0) return;
  await withProgress('Building unetmap', (show) =>
    build(['make', '-j2', '-C', 'packages/unetmap'], ROOT, show),
  );
}

function buildWeb() {
  const inputs = [
    'apps/web',
    'packages/protocol/src',
    'packages/netmap-bindings/src/layout',
    'pnpm-lock.yaml',
  ];
  return unlessDone({ root: ROOT, inputs, stamp: 'apps/web/dist/.stamp' }, () => {
    const web = join(ROOT, 'apps/web');
    const argv = [NODE, join(web, 'node_modules/vite/bin/vite.js'), 'build'];
    return withProgress('Building the web application', (show) => build(argv, web, show));
  });
}

/**
 * @param {readonly string[]} argv
 * @param {string} cwd
 * @param {(detail: string) => void} show
 */
async function build(argv, cwd, show) {
  const { code, tail } = await runQuietly(argv, { cwd, onLine: show });
  if (code !== 0) throw new Stop(`${argv.join(' ')} failed (exit ${code}):\n${tail}`);
}

/** `npx` is npm's, and npm is what started us: without it on PATH there is nothing to install with. */
export function requireNpm() {
  if (findProgram(['npx']) === undefined)
    throw new Stop('npx cannot be found on PATH; it comes with npm. Install npm, then try again.');
}
