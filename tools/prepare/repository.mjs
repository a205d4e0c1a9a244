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

export const PNPM = 'pnpm@12.21.0';

/** Packages, unetmap, the bindings' native part and the web application: each made only if what it is made from changed. */
export async function prepareRepository() {
  await installPackages();
  await buildUnetmap();
  await buildBindings();
  await buildWeb();
}

function installPackages() {
  const of = { root: ROOT, inputs: packageInputs(), stamp: 'node_modules/.ringlab-stamp' };
  return unlessDone(of, () => withProgress('Installing Node packages', install));
}

/**
 * Asks the registry first: without it only what was downloaded before can help, and pnpm would try for minutes.
 * @param {(detail: string) => void} show
 */
async function install(show) {
  const ping = await runQuietly(['npm', 'ping', '--fetch-retries=0', '--fetch-timeout=10000'], { cwd: ROOT });
  const offline = ping.code === 0 ? [] : ['--offline'];
  const argv = [
    'npx',
    '-y',
    ...offline,
    PNPM,
    'install',
    '--frozen-lockfile',
    '--reporter=append-only',
    ...offline,
  ];
  const { code, tail } = await runQuietly(argv, { cwd: ROOT, onLine: show });
  if (code === 0) return;
  throw new Stop(
    ping.code === 0 ? `${argv.join(' ')} failed (exit ${code}):\n${tail}` : noNetwork(ping.tail),
  );
}

/** @param {string} tail what npm said about the registry */
function noNetwork(tail) {
  const reason = /reason: *(.*)$/m.exec(tail)?.[1] ?? 'no answer';
  return `No network: the npm registry cannot be reached (${reason}), and the Node packages must be downloaded once. Connect this machine, then try again.`;
}

function packageInputs() {
  const folders = ['apps', 'packages'].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`),
  );
  const manifests = ['.', 'labs', 'e2e', 'bench', 'images', ...folders].map(
    (folder) => `${folder}/package.json`,
  );
  return ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests];
}

/** make knows itself what is out of date. */
async function buildUnetmap() {
  if ((await runQuietly(['make', '-q', '-C', 'packages/unetmap'], { cwd: ROOT })).code === 0) return;
  await withProgress('Building unetmap', (show) =>
    build(['make', '-j2', '-C', 'packages/unetmap'], ROOT, show),
  );
}

function buildBindings() {
  const folder = 'packages/netmap-bindings';
  const inputs = [`${folder}/src/native`, `${folder}/build.mjs`];
  return unlessDone({ root: ROOT, inputs, stamp: `${folder}/build/.stamp` }, () =>
    withProgress('Building the netmap bindings', (show) =>
      build([NODE, join(ROOT, folder, 'build.mjs'), '--strict'], ROOT, show),
    ),
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
