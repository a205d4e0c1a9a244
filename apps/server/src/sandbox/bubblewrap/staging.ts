// SPDX-License-Identifier: BSD-2-Clause

import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ETC } from '../agent/etc.ts';
import { stage } from '../agent/stage.ts';

/**
 * A copy of unetmap's build that sandboxes can reach wherever the project is, and that stays whole while unetmap is
 * built again; a changed build gets a copy of its own. Without a build the copy is empty.
 */
export async function stageTools(runFolder: string, unetmapDir: string): Promise<string> {
  const files = await Promise.all(['bin', 'lib', 'include'].map((name) => listing(join(unetmapDir, name))));
  const hash = createHash('sha256').update(files.flat().sort().join('\n')).digest('hex').slice(0, 12);
  return stage(runFolder, `tools-${hash}`, async (folder) => {
    for (const name of ['bin', 'lib', 'include']) {
      await mkdir(join(folder, name));
      await cp(join(unetmapDir, name), join(folder, name), { recursive: true, dereference: true }).catch(
        ignoreMissing,
      );
    }
  });
}

async function listing(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => {
      const found = await stat(file).catch(() => undefined);
      return `${file} ${found?.size} ${found?.mtimeMs}`;
    }),
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

export const ETC_FILES = Object.keys(ETC);

/** Files of /etc that name no person of the host. */
export async function stageEtc(runFolder: string): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(ETC)).digest('hex').slice(0, 12);
  return stage(runFolder, `etc-${hash}`, async (folder) => {
    for (const [name, text] of Object.entries(ETC)) await writeFile(join(folder, name), text);
  });
}
