// SPDX-License-Identifier: BSD-2-Clause
import { lstat, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { livingProcess } from './living-process.ts';
import { takeDataFolder } from './server-folder.ts';

const PREFIX = 'ringlab-command-';

/**
 * A data folder for a command that makes sandboxes and ends. Sandboxes of a server that runs meanwhile, and of other
 * commands, are none of its own: a data folder belongs to one process. Folders of commands that were killed are removed
 * first, each after `removeLeft` for what was made from there; where that fails, whoever comes next tries it again.
 */
export async function commandFolder(
  removeLeft: (dataDir: string) => Promise<void>,
): Promise<AsyncDisposable & { readonly path: string }> {
  for (const path of await deadFolders())
    await removeLeft(path).then(
      () => remove(path),
      (fault: Error) =>
        console.error(`What a killed command left (${path}) is not removed yet. ${fault.message}`),
    );
  const path = await mkdtemp(join(tmpdir(), PREFIX));
  await takeDataFolder(ownerOf(path));
  return { path, [Symbol.asyncDispose]: () => remove(path) };
}

/** One without an owner's note is just being made. */
async function deadFolders(): Promise<string[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  const dead: string[] = [];
  for (const path of names.map((name) => join(tmpdir(), name))) {
    const ours = await lstat(path).then(
      (found) => found.isDirectory() && found.uid === process.getuid?.(),
      () => false,
    );
    const note = ours ? await readFile(ownerOf(path), 'utf8').catch(() => '') : '';
    if (note !== '' && (await livingProcess(ownerOf(path))) === undefined) dead.push(path);
  }
  return dead;
}

function ownerOf(path: string): string {
  return join(path, 'owner');
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}
