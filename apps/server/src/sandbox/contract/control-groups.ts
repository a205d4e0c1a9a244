// SPDX-License-Identifier: BSD-2-Clause
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const TOP = '/sys/fs/cgroup';

/** Folders of all sandboxes of the server whose folder has that name, one a controller or one in all. */
export function groupFoldersOf(name: string): string[] {
  if (!existsSync(TOP)) return [];
  return ['', ...readdirSync(TOP)].map((controller) => join(TOP, controller, name)).filter(existsSync);
}

/** The groups in them: one a sandbox in each. */
export function controlGroupsOf(name: string): string[] {
  return groupFoldersOf(name).flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name)),
  );
}
