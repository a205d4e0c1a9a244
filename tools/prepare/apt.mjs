// SPDX-License-Identifier: BSD-2-Clause
import { runQuietly } from './children.mjs';
import { findProgram, missingNeeds } from './machine.mjs';
import { withProgress } from './progress.mjs';
import { Stop } from './stop.mjs';

/** Of what apt and the packages' scripts said before they failed. */
const SHOWN_LINES = 30;

/**
 * Installs what the machine lacks; where that is not allowed, stops with the command that does it.
 * @param {readonly import('./machine.mjs').Need[]} needs
 * @param {string} command what to run again afterwards
 */
export async function equipMachine(needs, command) {
  const lacking = missingNeeds(needs);
  if (lacking.length === 0) return;
  const packages = lacking.map((need) => need.package);
  const prefix = await privilege();
  if (findProgram(['apt-get']) === undefined || prefix === undefined)
    throw new Stop(refusal(lacking, command));
  console.log(`This machine lacks ${described(lacking)}; installing.`);
  await withProgress("Reading Debian's list of packages", (show) =>
    apt([...prefix, 'apt-get', 'update'], show),
  );
  await withProgress(`Installing ${packages.join(', ')}`, (show) =>
    apt([...prefix, ...installing(packages)], show),
  );
  const still = missingNeeds(needs);
  if (still.length > 0)
    throw new Stop(
      `apt-get installed ${packages.join(', ')}, but ${described(still)} cannot be found on PATH.`,
    );
}

/**
 * One line of what is missing, one with the command for it.
 * @param {readonly import('./machine.mjs').Need[]} lacking
 * @param {string} command
 */
export function refusal(lacking, command) {
  const packages = lacking.map((need) => need.package).join(' ');
  const what = `This machine lacks ${described(lacking)}.`;
  if (findProgram(['apt-get']) === undefined)
    return `${what} Install it with your system's packages, then run ${command} again.`;
  const both = `apt-get update && apt-get install -y --no-install-recommends ${packages}`;
  const line = findProgram(['sudo']) ? `sudo sh -c '${both}'` : `su -c '${both}'`;
  return `${what} Run this once, then ${command} again:\n  ${line}`;
}

/** @param {readonly import('./machine.mjs').Need[]} needs */
function described(needs) {
  return needs.map((need) => `${need.package} (${need.role})`).join(', ');
}

/** What to write before a command that needs root; undefined where that cannot be had without a password. */
async function privilege() {
  if (process.getuid?.() === 0) return [];
  const sudo = findProgram(['sudo']);
  if (sudo === undefined) return undefined;
  const { code } = await runQuietly([sudo, '-n', 'true']);
  return code === 0 ? [sudo, '-n'] : undefined;
}

/**
 * apt closes the descriptor of its progress for the scripts of packages, so that it must not be one that they print
 * to; and sudo passes on no other, so that it is opened behind sudo.
 * @param {readonly string[]} packages
 */
function installing(packages) {
  const options = ['-y', '--no-install-recommends', '-o', 'APT::Status-Fd=3', '-o', 'Dpkg::Use-Pty=0'];
  const install = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', ...options, ...packages];
  return ['sh', '-c', 'exec "$@" 3>&1', 'sh', ...install];
}

/**
 * @param {readonly string[]} argv
 * @param {(detail: string) => void} show
 */
async function apt(argv, show) {
  /** @type {string[]} */
  const said = [];
  const onLine = (/** @type {string} */ line) => {
    const status = statusOf(line);
    if (status === undefined) said.push(line);
    show(status ?? line);
  };
  const { code } = await runQuietly(argv, { onLine });
  if (code === 0) return;
  throw new Stop(`${argv.join(' ')} failed (exit ${code}):\n${said.slice(-SHOWN_LINES).join('\n')}`);
}

/**
 * Reads a line of apt's machine-readable progress, `pmstatus:gcc:41.2:Unpacking gcc (amd64)`: apt's README.progress-reporting.
 * @param {string} line
 */
export function statusOf(line) {
  const [kind, , percent, ...words] = line.split(':');
  if (kind !== 'pmstatus' && kind !== 'dlstatus') return undefined;
  return `${Math.round(Number(percent))} % ${words.join(':')}`;
}
