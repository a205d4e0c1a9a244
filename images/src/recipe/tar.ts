// SPDX-License-Identifier: BSD-2-Clause
import { run } from '../run.ts';
import { EPOCH_SECONDS } from './recipe.ts';

/** A tarball of one path in a folder, which says nothing of when, where and by whom it was made. */
export async function packPath(folder: string, path: string, to: string): Promise<void> {
  const who = ['--owner=0', '--group=0', '--numeric-owner', '--mode=u+rwX,go+rX,go-w'];
  await run([
    'tar',
    '--sort=name',
    `--mtime=@${EPOCH_SECONDS}`,
    ...who,
    '-C',
    folder,
    '-c',
    '-f',
    to,
    `./${path}`,
  ]);
}

/** Adds tarballs after another, whose names they do not repeat. */
export async function joinTars(first: string, others: readonly string[], to: string): Promise<void> {
  await run(['cp', '--reflink=auto', first, to]);
  for (const other of others) await run(['tar', '--concatenate', `--file=${to}`, other]);
}

/** Of a root's tarball, whose names begin with `./`. Patterns may hold `*`. */
export async function unpackSome(tar: string, patterns: readonly string[], to: string): Promise<void> {
  const what = ['--no-same-owner', '--no-same-permissions', '--wildcards', ...patterns];
  await run(['tar', '-x', '-f', tar, '-C', to, ...what]);
}
