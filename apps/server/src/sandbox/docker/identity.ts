// SPDX-License-Identifier: BSD-2-Clause
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { takeDataFolder } from '../server-folder.ts';

/**
 * What this server calls itself on a daemon: made up once and kept in the data folder, so that the next server on that
 * folder finds its containers, and no other does. Rejects with SandboxError while another process has the folder.
 */
export async function takeIdentity(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  await takeDataFolder(join(dataDir, 'docker-owner'));
  const path = join(dataDir, 'docker-identity');
  await writeFile(path, randomUUID(), { flag: 'wx' }).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code !== 'EEXIST') throw fault;
  });
  return (await readFile(path, 'utf8')).trim();
}
