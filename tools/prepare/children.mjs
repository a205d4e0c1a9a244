// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';

/** Every process that this command started and that has not ended. @type {Set<import('node:child_process').ChildProcess>} */
const living = new Set();

const TAIL_LINES = 40;

/**
 * Starts a program in a process group of its own, so that Ctrl+C reaches it once and through us.
 * @param {readonly string[]} argv
 * @param {import('node:child_process').SpawnOptions} options
 */
function start(argv, options) {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { detached: true, ...options });
  living.add(child);
  child.on('close', () => living.delete(child));
  return child;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>} its exit code; 128 and more after a signal; 127 when it could not be started
 */
function exitCode(child) {
  return new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 128 + 15));
  });
}

/**
 * Runs a program with its output on this terminal.
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export function runInherited(argv, options = {}) {
  return exitCode(start(argv, { ...options, stdio: ['ignore', 'inherit', 'inherit'] }));
}

/**
 * Runs a program whose output stays with us until it is its turn on this terminal, and is passed on from then on.
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, turn: Promise<void> }} options
 */
export async function runInTurn(argv, { turn, ...options }) {
  const child = start(argv, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const held = [];
  let pass = (/** @type {Buffer} */ bytes) => void held.push(bytes);
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => pass(bytes));
  const code = exitCode(child);
  await turn;
  process.stdout.write(Buffer.concat(held));
  pass = (bytes) => void process.stdout.write(bytes);
  return await code;
}

/**
 * Runs a program quietly, a line of its output at a time.
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} [options]
 * @returns {Promise<{ code: number, tail: string }>} `tail` is the end of what it printed
 */
export async function runQuietly(argv, { onLine, ...options } = {}) {
  const child = start(argv, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {string[]} */
  const tail = [];
  const take = (/** @type {string} */ line) => {
    if (tail.push(line) > TAIL_LINES) tail.shift();
    onLine?.(line);
  };
  for (const stream of [child.stdout, child.stderr]) stream && eachLine(stream, take);
  const code = await exitCode(child);
  return { code, tail: tail.join('\n') };
}

/**
 * @param {import('node:stream').Readable} stream
 * @param {(line: string) => void} take
 */
function eachLine(stream, take) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (/** @type {string} */ text) => {
    const lines = (rest + text).split(/\r\n|\r|\n/);
    rest = lines.pop() ?? '';
    lines.filter((line) => line.trim() !== '').forEach(take);
  });
  stream.on('end', () => rest.trim() !== '' && take(rest));
}

/** Long enough for the second copy of one Ctrl+C, which npm sends on top of the terminal's. */
const SAME_KEY_MS = 500;

/** From now on a signal that should end this command ends its children, and a second one kills them. */
export function endWithChildren() {
  let firstAtMs = 0;
  const end = (/** @type {NodeJS.Signals} */ signal) => {
    const again = firstAtMs > 0 && Date.now() - firstAtMs > SAME_KEY_MS;
    if (firstAtMs > 0 && !again) return;
    firstAtMs ||= Date.now();
    for (const child of living) signalGroup(child, again ? 'SIGKILL' : signal);
    if (living.size === 0) process.exit(130);
  };
  process.on('SIGINT', () => end('SIGINT'));
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGHUP', () => end('SIGTERM'));
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended in between.
  }
}
