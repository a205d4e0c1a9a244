// SPDX-License-Identifier: BSD-2-Clause
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Folders that hold what is made from the sources beside them. */
const MADE = new Set(['node_modules', 'dist', 'build', '.tsbuild']);

/** Changes when a value, a name, a mode or a content does, and with nothing else: not with times, not with where the files are. */
export function fingerprint(values: unknown, paths: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(values));
  for (const path of paths)
    for (const file of filesOf(path)) hash.update(`\0${relative(path, file)}\0`).update(contentOf(file));
  return hash.digest('hex');
}

/** Sorted; nothing for a path that is not there. */
function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!lstatSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => !MADE.has(name));
  return names.sort().flatMap((name) => filesOf(join(path, name)));
}

function contentOf(file: string): Buffer {
  const { mode } = lstatSync(file);
  const content = lstatSync(file).isSymbolicLink() ? Buffer.from(readlinkSync(file)) : readFileSync(file);
  return Buffer.concat([Buffer.from(`${mode & 0o111 ? 'x' : '-'} ${content.length}\0`), content]);
}
