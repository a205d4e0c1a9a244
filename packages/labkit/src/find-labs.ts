// SPDX-License-Identifier: BSD-2-Clause
import { access, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { LabFaults } from './faults.ts';

/** Folders with a `lab.yaml`: each path is such a folder, or one that holds them. In the labs' order. Rejects with LabFaults. */
export async function findLabs(paths: readonly string[]): Promise<string[]> {
  const found = (await Promise.all(paths.map((path) => labsAt(resolve(path))))).flat();
  const folders = [...new Set(found)].sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
  const twice = folders.filter((folder, index) => basename(folder) === basename(folders[index - 1] ?? ''));
  if (twice.length > 0) {
    throw new LabFaults(
      twice.map((path) => ({
        path,
        message: 'There is another lab of this name. Rename one of the folders.',
      })),
    );
  }
  return folders;
}

async function labsAt(path: string): Promise<string[]> {
  if (await hasLab(path)) return [path];
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new LabFaults([{ path, message: `No labs can be read from here: ${error.message}.` }]);
  });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
  const there = await Promise.all(folders.map(hasLab));
  return folders.filter((_, index) => there[index]);
}

function hasLab(folder: string): Promise<boolean> {
  return access(join(folder, 'lab.yaml')).then(
    () => true,
    () => false,
  );
}
