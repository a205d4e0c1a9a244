// SPDX-License-Identifier: BSD-2-Clause

import { join } from 'node:path';
import { type FolderKind, ServerFolder } from '../server-folder.ts';

/**
 *     agent-HASH/ tools-HASH/ etc/    what sandboxes see read-only
 *     tun                             the device of those with interfaces, where the machine's own is root's
 *     s/SLOT                          the agent's socket
 *     s/SLOT.pid                      the bwrap process
 *     owner                           the server
 */
const KIND: FolderKind = {
  prefix: 'ringlab-',
  what: 'sandboxes',
  firstUser: 1_200_000_000,
  slotsIn: 's',
  slotFiles: (path, slot) => {
    const socket = join(path, 's', String(slot));
    return { pidFile: `${socket}.pid`, paths: [socket, `${socket}.pid`] };
  },
};

/** Where sockets, the agent and a copy of unetmap's build are. */
export class RunFolder extends ServerFolder {
  constructor(dataDir: string) {
    super(KIND, dataDir);
  }

  socket(slot: number): string {
    return join(this.path, 's', String(slot));
  }
}
