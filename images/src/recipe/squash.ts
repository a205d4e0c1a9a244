// SPDX-License-Identifier: BSD-2-Clause
import { rm } from 'node:fs/promises';
import { run } from '../run.ts';
import { EPOCH_SECONDS } from './recipe.ts';
import { joinTars } from './tar.ts';

const TIME = String(EPOCH_SECONDS);
const COMPRESSION = ['-comp', 'zstd', '-Xcompression-level', '6', '-b', '128K'];
const SAME_EVERY_TIME = [
  '-reproducible',
  '-mkfs-time',
  TIME,
  '-all-time',
  TIME,
  '-no-exports',
  '-root-mode',
  '755',
];

/** A squashfs of a root's tarball with others added, owners and all; needs no root. */
export async function squash(first: string, others: readonly string[], to: string): Promise<void> {
  const whole = `${to}.tar`;
  await joinTars(first, others, whole);
  const options = [...COMPRESSION, ...SAME_EVERY_TIME, '-quiet', '-no-progress'];
  await run(['bash', '-c', `mksquashfs - "$1" -tar ${options.join(' ')} < "$0"`, whole, to]);
  await rm(whole);
}
