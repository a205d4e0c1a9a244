// SPDX-License-Identifier: BSD-2-Clause
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { controlGroupsOf, groupFoldersOf } from '../contract/control-groups.ts';
import { VmFolder } from './vm-folder.ts';

/** What `left` says when there is nothing. */
export const NO_MACHINES = { slots: [], processes: [], groups: [] };

/** The machines of a data folder, as they are seen from outside. */
export class TestMachines {
  readonly folder: VmFolder;

  constructor(dataDir: string) {
    this.folder = new VmFolder(dataDir);
  }

  /** What is kept of each, by its number. */
  slots(): string[] {
    const { path } = this.folder;
    return existsSync(path) ? readdirSync(path).filter((name) => /^\d+$/.test(name)) : [];
  }

  /** Of the first one, if not said. */
  pid([slot = '']: readonly string[] = this.slots()): number {
    return Number(readFileSync(join(this.folder.path, slot, 'pid'), 'utf8').split(' ')[0]);
  }

  /** Their processes, whether anything is kept of them or not. */
  processes(): string[] {
    return readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`path=${this.folder.path}/`);
      } catch {
        return false;
      }
    });
  }

  /** Nothing of any. */
  left(): { readonly slots: string[]; readonly processes: string[]; readonly groups: string[] } {
    return {
      slots: this.slots(),
      processes: this.processes(),
      groups: controlGroupsOf(this.folder.name),
    };
  }

  /** Where there was a server: nothing of that either. */
  leftOfServer(): object {
    const { path, name } = this.folder;
    return { ...this.left(), folders: [...groupFoldersOf(name), ...(existsSync(path) ? [path] : [])] };
  }
}
