// SPDX-License-Identifier: BSD-2-Clause

import { access, chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Fills a folder under another name first, so that one that is there is complete. Returns its path. */
export async function stage(
  parent: string,
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const path = join(parent, name);
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (there) return path;
  const temporary = await mkdtemp(join(parent, 'new-'));
  try {
    await fill(temporary);
    await chmod(temporary, 0o755);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
  }
  return path;
}
