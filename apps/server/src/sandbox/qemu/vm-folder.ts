// SPDX-License-Identifier: BSD-2-Clause

import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SandboxError } from '@ringlab/labkit';
import { killProcess, livingProcess, writeProcess } from '../living-process.ts';

const MOST_SLOTS = 4096;
/** Of the machines' processes when the server is root: in a range that distributions leave to containers. */
const FIRST_UID = 1_700_000_000;
const PREFIX = 'ringlab-vm-';

/**
 * What machines need outside themselves while they run. One folder for each data folder; it belongs to one living server,
 * and the machines in it end with that.
 *
 *     owner            the server
 *     SLOT/qmp, ssh    sockets of one machine
 *     SLOT/pid         its process
 *     SLOT/log         what QEMU complained of
 */
export class VmFolder {
  readonly path: string;
  readonly key: string;
  readonly #slots = new Set<number>();

  /** `name` tells apart those of one data folder. */
  constructor(dataDir: string, name = '') {
    this.key = createHash('sha256').update(resolve(dataDir, name)).digest('hex').slice(0, 8);
    this.path = join(parentFolder(), `${PREFIX}${this.key}`);
  }

  /** Takes the folder for this process. Rejects with SandboxError when another server that lives has it. */
  async take(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o711 });
    await chmod(this.path, 0o711);
    const found = await lstat(this.path);
    if (!found.isDirectory() || found.uid !== process.getuid?.())
      throw new SandboxError(`${this.path} belongs to somebody else. Remove it, or set XDG_RUNTIME_DIR.`);
    const owner = await livingProcess(join(this.path, 'owner'));
    if (owner !== undefined && owner !== process.pid)
      throw new SandboxError(
        `Another server (process ${owner}) uses the same data folder. Stop it, or set RINGLAB_DATA_DIR to another folder.`,
      );
    await writeProcess(join(this.path, 'owner'), process.pid);
  }

  /** Makes a folder for a machine, and its number; the number also makes its user. */
  async takeSlot(): Promise<Slot> {
    for (let number = 0; number < MOST_SLOTS; number++) {
      const slot = this.slot(number);
      if (this.#slots.has(number)) continue;
      // At once: others look while this one waits.
      this.#slots.add(number);
      if ((await livingProcess(slot.pidFile)) !== undefined) {
        this.#slots.delete(number);
        continue;
      }
      await rm(slot.path, { recursive: true, force: true });
      await mkdir(slot.path, { mode: 0o700 });
      if (slot.user !== undefined) await chown(slot.path, slot.user, slot.user);
      return slot;
    }
    throw new SandboxError(`All ${MOST_SLOTS} virtual machines of this server are in use.`);
  }

  slot(number: number): Slot {
    const isRoot = process.getuid?.() === 0;
    const first = FIRST_UID + (Number.parseInt(this.key, 16) % 100_000) * MOST_SLOTS;
    return new Slot(number, join(this.path, String(number)), isRoot ? first + number : undefined);
  }

  /** Ends the machine if it still runs. */
  async freeSlot(slot: Slot): Promise<void> {
    await killProcess(slot.pidFile);
    await rm(slot.path, { recursive: true, force: true });
    this.#slots.delete(slot.number);
  }

  /** Those that this server did not make. */
  async leftSlots(): Promise<number[]> {
    const names = await readdir(this.path).catch(() => []);
    return names.map(Number).filter((number) => Number.isInteger(number) && !this.#slots.has(number));
  }

  /** Removes folders of other servers that are dead, with the machines that nobody came back for. */
  async sweepOthers(): Promise<string[]> {
    const names = (await readdir(parentFolder())).filter((name) => name.startsWith(PREFIX));
    const swept = await Promise.all(names.map((name) => removeDead(join(parentFolder(), name))));
    return names.filter((_, i) => swept[i]).map((name) => name.slice(PREFIX.length));
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

export class Slot {
  readonly number: number;
  readonly path: string;
  /** Whom the machine's process runs as; undefined for the server's own user. */
  readonly user: number | undefined;

  constructor(number: number, path: string, user: number | undefined) {
    this.number = number;
    this.path = path;
    this.user = user;
  }

  get pidFile(): string {
    return join(this.path, 'pid');
  }

  file(name: string): string {
    return join(this.path, name);
  }
}

function parentFolder(): string {
  return process.getuid?.() === 0 ? '/run' : (process.env.XDG_RUNTIME_DIR ?? tmpdir());
}

/** Whose server is gone. A machine that has not quite ended yet keeps its folder. */
async function removeDead(path: string): Promise<boolean> {
  const ours = await lstat(path).then(
    ({ uid }) => uid === process.getuid?.(),
    () => false,
  );
  const note = await readFile(join(path, 'owner'), 'utf8').catch(() => '');
  if (!ours || note === '' || (await livingProcess(join(path, 'owner'))) !== undefined) return false;
  for (const name of await readdir(path))
    if ((await livingProcess(join(path, name, 'pid'))) !== undefined) return false;
  await rm(path, { recursive: true, force: true });
  return true;
}
