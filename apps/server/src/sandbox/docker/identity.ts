// SPDX-License-Identifier: BSD-2-Clause
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SandboxError } from '@ringlab/labkit';
import { livingProcess, writeProcess } from '../living-process.ts';

/**
 * What this server calls itself on a daemon: made up once and kept in the data folder, so that the next server on that
 * folder finds its containers, and no other does. Rejects with SandboxError while another process has the folder.
 */
export async function takeIdentity(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const owner = await livingProcess(join(dataDir, 'docker-owner'));
  if (owner !== undefined && owner !== process.pid)
    throw new SandboxError(
      `Another server (process ${owner}) uses the same data folder. Stop it, or set RINGLAB_DATA_DIR to another folder.`,
    );
  await writeProcess(join(dataDir, 'docker-owner'), process.pid);
  const path = join(dataDir, 'docker-identity');
  await writeFile(path, randomUUID(), { flag: 'wx' }).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code !== 'EEXIST') throw fault;
  });
  return (await readFile(path, 'utf8')).trim();
}
