// SPDX-License-Identifier: BSD-2-Clause
import type { EditedFile } from '../api/index.ts';

export interface TreeFolder {
  readonly name: string;
  /** Ends with a slash; empty for the top. */
  readonly path: string;
  readonly folders: readonly TreeFolder[];
  readonly files: readonly EditedFile[];
}

/** Folders first, then the files, in the order in which the lab lists them. */
export function fileTree(files: readonly EditedFile[], path = ''): TreeFolder {
  const inside = files.filter((file) => file.path.startsWith(path));
  const rest = (file: EditedFile) => file.path.slice(path.length);
  const deeper = Map.groupBy(
    inside.filter((file) => rest(file).includes('/')),
    (file) => rest(file).split('/', 1)[0] ?? '',
  );
  return {
    name: path.split('/').at(-2) ?? '',
    path,
    folders: [...deeper].map(([name, members]) => fileTree(members, `${path}${name}/`)),
    files: inside.filter((file) => !rest(file).includes('/')),
  };
}
