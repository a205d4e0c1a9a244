// SPDX-License-Identifier: BSD-2-Clause

import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FolderKind, ServerFolder } from '../server-folder.ts';

/**
 *     owner            the server
 *     SLOT/qmp, ssh    sockets of one machine
 *     SLOT/pid         its process
 *     SLOT/log         what QEMU complained of
 */
const KIND: FolderKind = {
  prefix: 'ringlab-vm-',
  what: 'virtual machines',
  firstUser: 1_700_000_000,
  slotsIn: '.',
  slotFiles: (path, slot) => {
    const folder = join(path, String(slot));
    return { pidFile: join(folder, 'pid'), paths: [folder] };
  },
};

/** What machines need outside themselves while they run. They end with their server. */
export class VmFolder extends ServerFolder {
  /** `name` tells apart those of one data folder. */
  constructor(dataDir: string, name = '') {
    super(KIND, join(dataDir, name));
  }

  /** A folder for a machine, to be freed by its number. */
  async makeSlot(): Promise<Slot> {
    const slot = new Slot(await this.takeSlot(), this);
    try {
      await mkdir(slot.path, { mode: 0o700 });
      if (slot.user !== undefined) await chown(slot.path, slot.user, slot.user);
      return slot;
    } catch (fault) {
      await this.freeSlot(slot.number);
      throw fault;
    }
  }
}

export class Slot {
  readonly number: number;
  readonly path: string;
  /** Whom the machine's process runs as; undefined for the server's own user. */
  readonly user: number | undefined;

  constructor(number: number, folder: VmFolder) {
    this.number = number;
    this.path = join(folder.path, String(number));
    this.user = folder.user(number);
  }

  get pidFile(): string {
    return join(this.path, 'pid');
  }

  file(name: string): string {
    return join(this.path, name);
  }
}
