// SPDX-License-Identifier: BSD-2-Clause

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { SandboxError } from '@ringlab/labkit';
import { takeDataFolder } from './data-folder.ts';
import { HeldFile } from './held-file.ts';
import { killProcess, livingProcess, writeProcess } from './living-process.ts';

const MOST_SLOTS = 4096;
/** So many folders' users are apart from each other. */
const USER_RANGES = 100_000;

/** Where one sandbox's things are. */
export interface SlotFiles {
  /** Names its process, for a later server to find what was left. */
  readonly pidFile: string;
  /** All that it has in the folder, that file too. */
  readonly paths: readonly string[];
}

/** What tells the folders of one driver from those of another. */
export interface FolderKind {
  /** Before the key in the folder's name. */
  readonly prefix: string;
  /** What a slot is for, in the plural. */
  readonly what: string;
  /** Of the slots' users when the server is root: ranges that distributions leave to containers. */
  readonly firstUser: number;
  /** In the folder, what holds the slots; their names begin with their numbers. */
  readonly slotsIn: string;
  /** Of the folder that is at `path` now. */
  slotFiles(path: string, slot: number): SlotFiles;
}

/**
 * The folder of everything that sandboxes need outside themselves and that does not outlive a boot. One for each data
 * folder and kind; it belongs to one living server, whose process is noted in `owner`.
 */
export class ServerFolder {
  readonly path: string;
  /** Tells servers on one machine apart, in names of control groups and in user ids. */
  readonly key: string;
  readonly #kind: FolderKind;
  readonly #slots = new Set<number>();
  #hold: Disposable | undefined;

  constructor(kind: FolderKind, dataDir: string) {
    this.#kind = kind;
    this.key = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 8);
    this.path = join(parentFolder(), `${kind.prefix}${this.key}`);
  }

  /** No other folder of this machine has it. */
  get name(): string {
    return basename(this.path);
  }

  /**
   * Takes the folder for this process, and ends what an earlier server left in it. Rejects with SandboxError when another
   * server that lives has it.
   */
  async take(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o711 });
    await this.#mustBeOurs();
    await chmod(this.path, 0o711);
    await mkdir(join(this.path, this.#kind.slotsIn), { recursive: true, mode: 0o711 });
    const before = this.#hold;
    this.#hold = await takeDataFolder(join(this.path, 'owner'));
    before?.[Symbol.dispose]();
    const left = (await slotsAt(this.path, this.#kind)).filter((slot) => !this.#slots.has(slot));
    for (const slot of left) await endSlot(this.files(slot));
  }

  /** The lowest free number, with nothing there yet. Rejects with SandboxError when all are taken. */
  async takeSlot(): Promise<number> {
    for (let slot = 0; slot < MOST_SLOTS; slot++) {
      if (this.#slots.has(slot)) continue;
      // At once: others look while this one waits.
      this.#slots.add(slot);
      if ((await livingProcess(this.files(slot).pidFile)) === undefined) {
        await removeAll(this.files(slot));
        return slot;
      }
      this.#slots.delete(slot);
    }
    throw new SandboxError(`All ${MOST_SLOTS} ${this.#kind.what} of this server are in use.`);
  }

  files(slot: number): SlotFiles {
    return this.#kind.slotFiles(this.path, slot);
  }

  /** Whom the slot's process runs as; undefined for the server's own user. */
  user(slot: number): number | undefined {
    if (process.getuid?.() !== 0) return undefined;
    return this.#kind.firstUser + (Number.parseInt(this.key, 16) % USER_RANGES) * MOST_SLOTS + slot;
  }

  async remember(slot: number, pid: number): Promise<void> {
    await writeProcess(this.files(slot).pidFile, pid);
  }

  /** Ends its process if that still runs. */
  async freeSlot(slot: number): Promise<void> {
    await endSlot(this.files(slot));
    this.#slots.delete(slot);
  }

  /** Removes the folders of servers that are dead and had other data folders; their names. */
  async sweepOthers(): Promise<string[]> {
    const { prefix } = this.#kind;
    const isOne = (name: string) =>
      name.startsWith(prefix) && /^[0-9a-f]{8}$/.test(name.slice(prefix.length));
    const names = (await readdir(parentFolder())).filter(isOne);
    const removed = await Promise.all(
      names.map((name) => removeDead(join(parentFolder(), name), this.#kind)),
    );
    return names.filter((_, i) => removed[i]);
  }

  /** What kept a sandbox from being made, in words where the place in this folder was it. */
  explain(error: unknown): unknown {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return error;
    return new SandboxError(
      `The disk is full: there is no room left in ${this.path}. Free some and run again.`,
    );
  }

  /** And lets go of it. */
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    this.#hold?.[Symbol.dispose]();
    this.#hold = undefined;
  }

  /** In a shared folder somebody else may have made it first. */
  async #mustBeOurs(): Promise<void> {
    const found = await lstat(this.path);
    if (!found.isDirectory() || found.uid !== process.getuid?.())
      throw new SandboxError(`${this.path} belongs to somebody else. Remove it, or set XDG_RUNTIME_DIR.`);
  }
}

/** Sandboxes run programs that are there: Debian forbids that in /run, once it has started as a whole. */
function parentFolder(): string {
  const places =
    process.getuid?.() === 0 ? ['/run', '/var/lib'] : [process.env.XDG_RUNTIME_DIR ?? tmpdir(), tmpdir()];
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  return places.find((place) => mayRunPrograms(place, mounts)) ?? tmpdir();
}

/** By the options of the mount that an absolute path is on; `mounts` is the text of /proc/self/mounts. */
export function mayRunPrograms(path: string, mounts: string): boolean {
  let [longest, found] = ['', ''];
  for (const line of mounts.split('\n')) {
    const [, folder = '', , options = ''] = line.split(' ');
    const isAbove = folder === '/' || path === folder || path.startsWith(`${folder}/`);
    // Of two mounts on one folder the later one counts.
    if (folder !== '' && isAbove && folder.length >= longest.length) [longest, found] = [folder, options];
  }
  return !found.split(',').includes('noexec');
}

async function slotsAt(path: string, { slotsIn }: FolderKind): Promise<number[]> {
  const names = await readdir(join(path, slotsIn)).catch(() => []);
  return [...new Set(names.map((name) => Number.parseInt(name, 10)))].filter((slot) => !Number.isNaN(slot));
}

async function endSlot(files: SlotFiles): Promise<void> {
  await killProcess(files.pidFile);
  await removeAll(files);
}

async function removeAll({ paths }: SlotFiles): Promise<void> {
  await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
}

/** One without an owner's note is just being made. It is moved out of the way first, so that nobody starts in it meanwhile. */
async function removeDead(path: string, kind: FolderKind): Promise<boolean> {
  const ours = await lstat(path).then(
    ({ uid }) => uid === process.getuid?.(),
    () => false,
  );
  const note = await readFile(join(path, 'owner'), 'utf8').catch(() => '');
  if (!ours || note === '' || (await isHeld(join(path, 'owner')))) return false;
  const aside = `${path}.dead`;
  // Of somebody who was killed while doing this.
  await removeWhole(aside, kind);
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (moved) await removeWhole(aside, kind);
  return moved;
}

async function isHeld(path: string): Promise<boolean> {
  using taken = await HeldFile.take(path).catch(() => undefined);
  return taken === undefined;
}

async function removeWhole(path: string, kind: FolderKind): Promise<void> {
  for (const slot of await slotsAt(path, kind)) await endSlot(kind.slotFiles(path, slot));
  await rm(path, { recursive: true, force: true });
}
