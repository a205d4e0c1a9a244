// SPDX-License-Identifier: BSD-2-Clause
import { Daemon } from './daemon.ts';
import { identityIn } from './identity.ts';

/** Removes the containers of a server that is dead and had that data folder. Rejects with SandboxError, as when the daemon is away. */
export async function removeContainersLeft(dataDir: string): Promise<void> {
  const identity = await identityIn(dataDir);
  if (identity === undefined) return;
  const daemon = new Daemon(identity.socketPath);
  for (const { Id } of await daemon.containersOf(identity.serverKey)) await daemon.removeContainer(Id);
}
