// SPDX-License-Identifier: BSD-2-Clause
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './children.mjs';
import { NODE, ROOT } from './repository.mjs';

/**
 * The VM image of these sources, built if there is none of them yet: that takes minutes, once for all who ask at a time. Where
 * `RINGLAB_IMAGES_DIR` gives one, that is it. Whoever needs it and finds none says why. Built below everybody else's
 * priority, beside other work.
 */
export async function buildVmImage() {
  if (process.env.RINGLAB_IMAGES_DIR !== undefined) return;
  const folder = join(ROOT, 'images/build');
  mkdirSync(folder, { recursive: true });
  const build = [NODE, 'images/main.ts', 'build', 'vm'];
  await runQuietly(['flock', join(folder, 'lock'), 'nice', ...build], { cwd: ROOT });
}
