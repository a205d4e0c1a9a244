// SPDX-License-Identifier: BSD-2-Clause
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { takeDataFolder } from '../data-folder.ts';
import { writeWhole } from '../whole-file.ts';

/** What a server is called, and on which daemon. */
export interface Identity {
  readonly serverKey: string;
  readonly socketPath: string;
}

/**
 * What this server calls itself on a daemon: made up once and kept in the data folder, so that the next server on that
 * folder finds its containers, and no other does. Disposing of it lets go of the folder. Rejects with SandboxError while another
 * process has that.
 */
export async function takeIdentity(
  dataDir: string,
  socketPath: string,
): Promise<Disposable & { readonly serverKey: string }> {
  await mkdir(dataDir, { recursive: true });
  using undo = new DisposableStack();
  undo.use(await takeDataFolder(join(dataDir, 'docker-owner')));
  await writeWhole(join(dataDir, 'docker-socket'), socketPath);
  await writeFile(join(dataDir, 'docker-identity'), randomUUID(), { flag: 'wx' }).catch(
    (fault: NodeJS.ErrnoException) => {
      if (fault.code !== 'EEXIST') throw fault;
    },
  );
  const serverKey = await readIn(dataDir, 'docker-identity');
  const hold = undo.move();
  return { serverKey, [Symbol.dispose]: () => hold.dispose() };
}

/** Of the server whose data folder that is; undefined where it never used a daemon. */
export async function identityIn(dataDir: string): Promise<Identity | undefined> {
  const serverKey = await readIn(dataDir, 'docker-identity').catch(() => '');
  const socketPath = await readIn(dataDir, 'docker-socket').catch(() => '');
  return serverKey === '' || socketPath === '' ? undefined : { serverKey, socketPath };
}

async function readIn(dataDir: string, name: string): Promise<string> {
  return (await readFile(join(dataDir, name), 'utf8')).trim();
}
