// SPDX-License-Identifier: BSD-2-Clause
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that hold what is made from the inputs, never inputs. */
const MADE = new Set(['node_modules', 'dist', 'build', '.tsbuild']);

/**
 * Does the action unless it was done before on the very same inputs; the stamp lies in what the action makes, so
 * that removing that means doing it again.
 * @param {{ root: string, inputs: readonly string[], stamp: string }} of paths of files and folders, relative to root
 * @param {() => Promise<void>} action
 */
export async function unlessDone({ root, inputs, stamp }, action) {
  const path = join(root, stamp);
  const print = fingerprint(root, inputs);
  if (existsSync(path) && readFileSync(path, 'utf8') === print) return;
  await action();
  writeFileSync(path, print);
}

/**
 * @param {string} root
 * @param {readonly string[]} inputs
 * @returns {string} changes when a name or a content does
 */
function fingerprint(root, inputs) {
  const hash = createHash('sha256');
  for (const path of inputs.flatMap((input) => filesOf(root, input))) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} path
 * @returns {string[]} sorted; nothing for a path that is not there
 */
function filesOf(root, path) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  if (!statSync(absolute).isDirectory()) return [path];
  const names = readdirSync(absolute)
    .filter((name) => !MADE.has(name))
    .sort();
  return names.flatMap((name) => filesOf(root, `${path}/${name}`));
}
