// SPDX-License-Identifier: BSD-2-Clause
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LABS = join(import.meta.dirname, '../labs');

/** Every lab of the course, in its order. */
export const LAB_NAMES: readonly string[] = readdirSync(LABS)
  .filter((name) => /^\d\d-/.test(name))
  .sort();

export interface LabFile {
  readonly path: string;
  readonly content: string;
}

export function folderOf(lab: string): string {
  return join(LABS, lab);
}

/** What the lab's author wrote; the attendee of a story writes the same. */
export function solutionOf(lab: string): LabFile[] {
  return filesIn(join(LABS, lab, 'solution'));
}

function filesIn(folder: string): LabFile[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return entries.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { path: path.slice(folder.length + 1), content: readFileSync(path, 'utf8') };
  });
}

/** What `pnpm labs new` copies. */
export const templateLab = join(LABS, 'template/00-example');
