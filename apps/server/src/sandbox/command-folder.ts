// SPDX-License-Identifier: BSD-2-Clause
import { lstat, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { within } from '@ringlab/labkit';
import { HeldFile } from './held-file.ts';

const PREFIX = 'ringlab-command-';
/** A daemon may be there and not answer. */
const REMOVED_AT_MOST_MS = 60_000;
/** Until its owner is noted in it. */
const MADE_WITHIN_MS = 600_000;

export type RemoveLeft = (dataDir: string) => Promise<void>;

/**
 * A data folder for a command that makes sandboxes and ends. Sandboxes of a server that runs meanwhile, and of other
 * commands, are none of its own: a data folder belongs to one process. Folders of commands that were killed are removed
 * first, each after `removeLeft` for what was made from there, and its own at its end in the same way; where that fails, the
 * folder stays, and whoever comes next tries it again.
 */
export async function commandFolder(
  removeLeft: RemoveLeft,
  atMostMs = REMOVED_AT_MOST_MS,
): Promise<AsyncDisposable & { readonly path: string }> {
  for (const path of await foldersLeft()) {
    using owner = await HeldFile.take(ownerOf(path)).catch(() => undefined);
    if (owner !== undefined) await removeWhole(path, removeLeft, atMostMs);
  }
  const path = await mkdtemp(join(tmpdir(), PREFIX));
  const owner = await HeldFile.take(ownerOf(path));
  owner?.write(`${process.pid}\n`);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      using _ = owner;
      await removeWhole(path, removeLeft, atMostMs);
    },
  };
}

/** Of this user, and not just being made. */
async function foldersLeft(): Promise<string[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  const left: string[] = [];
  for (const path of names.map((name) => join(tmpdir(), name))) {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() !== true || found.uid !== process.getuid?.()) continue;
    const isNoted = (await readFile(ownerOf(path), 'utf8').catch(() => '')) !== '';
    if (isNoted || Date.now() - found.mtimeMs > MADE_WITHIN_MS) left.push(path);
  }
  return left;
}

function ownerOf(path: string): string {
  return join(path, 'owner');
}

/** The folder is what leads to what was made from it, and goes last. */
async function removeWhole(path: string, removeLeft: RemoveLeft, atMostMs: number): Promise<void> {
  const removed = removeLeft(path).then(
    () => ({ why: undefined }),
    ({ message: why }: Error) => ({ why }),
  );
  const { why } = (await within(removed, atMostMs)) ?? {
    why: `That takes longer than ${atMostMs / 1000} s.`,
  };
  if (why === undefined) await rm(path, { recursive: true, force: true });
  else
    console.error(
      `Not all that was made from ${path} is removed yet; the next pnpm labs verify or provision tries again. ${why}`,
    );
}
