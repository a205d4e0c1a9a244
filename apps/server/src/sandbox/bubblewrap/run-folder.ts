// SPDX-License-Identifier: BSD-2-Clause

import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SandboxError } from '@ringlab/labkit';
import { killProcess, livingProcess, writeProcess } from '../living-process.ts';

const MOST_SLOTS = 4096;

/**
 * The folder of everything that sandboxes need outside themselves and that does not outlive a boot: sockets, the
 * agent, a copy of unetmap's build. One for each data folder; it belongs to one living server.
 *
 *     agent-HASH/ tools-HASH/ etc/    what sandboxes see read-only
 *     s/SLOT                          the agent's socket
 *     s/SLOT.pid                      the bwrap process, for a later server to find leftovers
 *     owner                           the server
 */
export class RunFolder {
  readonly path: string;
  /** Tells servers on one machine apart, in names of control groups and in user ids. */
  readonly key: string;
  readonly #slots = new Set<number>();

  constructor(dataDir: string) {
    this.key = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 8);
    this.path = join(parentFolder(), `ringlab-${this.key}`);
  }

  /** Takes the folder for this process. Rejects with SandboxError when another server that lives has it. */
  async take(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o711 });
    await this.#mustBeOurs();
    await mkdir(join(this.path, 's'), { recursive: true, mode: 0o711 });
    await chmod(this.path, 0o711);
    const owner = await livingProcess(join(this.path, 'owner'));
    if (owner !== undefined && owner !== process.pid)
      throw new SandboxError(
        `Another server (process ${owner}) uses the same data folder. Stop it, or set RINGLAB_DATA_DIR to another folder.`,
      );
    await writeProcess(join(this.path, 'owner'), process.pid);
  }

  /** The lowest free number; it names a socket, a control group and a user id. */
  takeSlot(): number {
    for (let slot = 0; slot < MOST_SLOTS; slot++) {
      if (this.#slots.has(slot)) continue;
      this.#slots.add(slot);
      return slot;
    }
    throw new SandboxError(`All ${MOST_SLOTS} sandboxes of this server are in use.`);
  }

  async freeSlot(slot: number): Promise<void> {
    await Promise.all([rm(this.socket(slot), { force: true }), rm(this.#pidFile(slot), { force: true })]);
    this.#slots.delete(slot);
  }

  socket(slot: number): string {
    return join(this.path, 's', String(slot));
  }

  async remember(slot: number, pid: number): Promise<void> {
    await writeProcess(this.#pidFile(slot), pid);
  }

  /** Kills what an earlier server left running, and removes its sockets. */
  async sweep(): Promise<void> {
    const names = await readdir(join(this.path, 's')).catch(() => []);
    const left = names.filter((name) => !this.#slots.has(Number.parseInt(name, 10)));
    for (const name of left.filter((name) => name.endsWith('.pid')))
      await killProcess(join(this.path, 's', name));
    await Promise.all(left.map((name) => rm(join(this.path, 's', name), { force: true })));
  }

  /** Removes the folders of servers that are dead and had other data folders; their keys. */
  async sweepOthers(): Promise<string[]> {
    const names = (await readdir(parentFolder())).filter((name) => /^ringlab-[0-9a-f]{8}$/.test(name));
    const swept = await Promise.all(names.map((name) => removeDead(join(parentFolder(), name))));
    return names.filter((_, i) => swept[i]).map((name) => name.slice('ringlab-'.length));
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  /** In a shared folder somebody else may have made it first. */
  async #mustBeOurs(): Promise<void> {
    const found = await lstat(this.path);
    if (!found.isDirectory() || found.uid !== process.getuid?.())
      throw new SandboxError(`${this.path} belongs to somebody else. Remove it, or set XDG_RUNTIME_DIR.`);
  }

  #pidFile(slot: number): string {
    return join(this.path, 's', `${slot}.pid`);
  }
}

function parentFolder(): string {
  return process.getuid?.() === 0 ? '/run' : (process.env.XDG_RUNTIME_DIR ?? tmpdir());
}

/** One without an owner's note is just being made. It is moved out of the way first, so that nobody starts in it meanwhile. */
async function removeDead(path: string): Promise<boolean> {
  const ours = await lstat(path).then(
    ({ uid }) => uid === process.getuid?.(),
    () => false,
  );
  const note = await readFile(join(path, 'owner'), 'utf8').catch(() => '');
  if (!ours || note === '' || (await livingProcess(join(path, 'owner'))) !== undefined) return false;
  const aside = `${path}.dead`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return false;
  for (const name of await readdir(join(aside, 's')).catch(() => []))
    if (name.endsWith('.pid')) await killProcess(join(aside, 's', name));
  await rm(aside, { recursive: true, force: true });
  return true;
}
