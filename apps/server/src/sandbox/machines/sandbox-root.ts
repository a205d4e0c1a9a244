// SPDX-License-Identifier: BSD-2-Clause

import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { SandboxError } from '@ringlab/labkit';

/** Linux's, which Node has no name for: a descriptor that says what something is, and opens nothing. */
const O_PATH = 0o10000000;

/**
 * The files of a bubblewrap sandbox, from outside. Its programs can put there whatever they like: nothing is followed, and
 * nothing is opened before it was seen to be what is expected. `folder` must be one that they cannot replace.
 */
export class SandboxRoot {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** `holderPid` is the bwrap process, whose only child is the sandbox's first process. Rejects with SandboxError. */
  static async of(holderPid: number): Promise<SandboxRoot> {
    const first = await childOf(holderPid);
    if (first === undefined) throw new SandboxError('The sandbox ended while its machines were starting.');
    return new SandboxRoot(`/proc/${first}/root`);
  }

  /** A plain file of at least that size, for reading and writing. */
  async file(folder: string, name: string, leastBytes: number): Promise<FileHandle> {
    await using seen = await this.#look(folder, name);
    const found = await seen.stat();
    if (!found.isFile() || found.size < leastBytes) throw unexpected(name);
    return await open(`/proc/self/fd/${seen.fd}`, constants.O_RDWR);
  }

  /** A connection to the socket there, of which nothing has been read. */
  async connect(folder: string, name: string): Promise<Socket> {
    await using seen = await this.#look(folder, name);
    if (!(await seen.stat()).isSocket()) throw unexpected(name);
    const socket = connect({ path: `/proc/self/fd/${seen.fd}` });
    socket.pause();
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return socket;
  }

  async #look(folder: string, name: string): Promise<FileHandle> {
    if (!/^\w[\w.-]*$/.test(name)) throw unexpected(name);
    return await open(`${this.#path}${folder}/${name}`, O_PATH | constants.O_NOFOLLOW).catch(() => {
      throw unexpected(name);
    });
  }
}

function unexpected(name: string): SandboxError {
  return new SandboxError(
    `${name} in the sandbox is not what its machine needs: a program there replaced it.`,
  );
}

async function childOf(parent: number): Promise<number | undefined> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent) return Number(name);
  }
  return undefined;
}
