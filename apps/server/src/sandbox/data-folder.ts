// SPDX-License-Identifier: BSD-2-Clause
import { readFile } from 'node:fs/promises';
import { SandboxError } from '@ringlab/labkit';
import { HeldFile } from './held-file.ts';

/**
 * Holds that file, and notes this process in it: the data folder is its own until everybody who asked here has let go, or it
 * ends. Rejects with SandboxError while another process holds it.
 */
export async function takeDataFolder(ownerFile: string): Promise<Disposable> {
  const taking = takeOnce(ownerFile, TAKEN.get(ownerFile));
  TAKEN.set(ownerFile, taking);
  const taken = await taking;
  return {
    [Symbol.dispose]: () => {
      if (--taken.users > 0) return;
      taken.file[Symbol.dispose]();
      if (TAKEN.get(ownerFile) === taking) TAKEN.delete(ownerFile);
    },
  };
}

interface Taken {
  readonly file: HeldFile;
  /** In this process; who is the last to let go closes the file. */
  users: number;
}

const TAKEN = new Map<string, Promise<Taken>>();

async function takeOnce(ownerFile: string, asked: Promise<Taken> | undefined): Promise<Taken> {
  const taken = await asked?.catch(() => undefined);
  if (taken !== undefined && taken.users > 0 && taken.file.isThere()) {
    taken.users++;
    return taken;
  }
  const file = await HeldFile.take(ownerFile);
  if (file === undefined)
    throw new SandboxError(
      `Another server (process ${(await readFile(ownerFile, 'utf8')).trim()}) uses the same data folder. Stop it, or set RINGLAB_DATA_DIR to another folder.`,
    );
  file.write(`${process.pid}\n`);
  return { file, users: 1 };
}
