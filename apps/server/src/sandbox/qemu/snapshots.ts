// SPDX-License-Identifier: BSD-2-Clause

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SandboxError } from '@ringlab/labkit';
import { z } from 'zod';
import { stage } from '../agent/stage.ts';
import type { LoginKeys } from '../over-ssh/keys.ts';
import type { GuestFindings } from './guest.ts';
import { Qmp } from './qmp.ts';
import type { Slot } from './vm-folder.ts';

/** The memory of a machine that has booted, has a sandbox in it, and an sshd that waits for its client's first word. */
export interface Snapshot {
  readonly statePath: string;
  readonly keys: LoginKeys;
  /** What that sshd has said. */
  readonly banner: string;
  /** What the guest has. */
  readonly found: GuestFindings;
}

const pair = z.object({ private: z.string(), public: z.string() });
const note = z.object({
  bytes: z.number(),
  keys: z.object({ host: pair, login: pair }),
  banner: z.string(),
  found: z.object({ kernelNetmap: z.boolean(), notLoaded: z.string() }),
});

const BANNER_TIMEOUT_MS = 10_000;
const MOST_VISITS = 4;
const MOMENT_MS = 500;
const MOST_BYTES_A_SECOND = 16e9;
/** Those of other shapes and versions that are kept besides the newest. */
const KEPT = 3;

/** Snapshots in the data folder, each named by everything that it depends on. */
export class Snapshots {
  readonly folder: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'vm-snapshots');
  }

  /** Undefined when there is none, or only a part of one. */
  async find(key: string): Promise<Snapshot | undefined> {
    const folder = join(this.folder, key);
    const statePath = join(folder, 'state');
    try {
      const { bytes, ...rest } = note.parse(JSON.parse(await readFile(join(folder, 'note.json'), 'utf8')));
      if ((await stat(statePath)).size === bytes) return { statePath, ...rest };
    } catch {
      // Not one that can be used.
    }
    await this.remove(key);
    return undefined;
  }

  /** Saves a running machine to which nobody is connected; it stands still afterwards. Rejects when there is no room for it. */
  async save(key: string, slot: Slot, { keys, found }: Pick<Snapshot, 'keys' | 'found'>): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await stage(this.folder, key, async (folder) => {
      const statePath = join(folder, 'state');
      using visit = await Visit.pay(slot);
      await saveState(slot, statePath);
      const { banner } = visit;
      const text = JSON.stringify({ bytes: (await stat(statePath)).size, keys, banner, found });
      await writeFile(join(folder, 'note.json'), text, { mode: 0o600 });
    });
    await this.#prune(key);
  }

  async remove(key: string): Promise<void> {
    await rm(join(this.folder, key), { recursive: true, force: true });
  }

  async #prune(newest: string): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => name !== newest);
    const dated = await Promise.all(
      names.map(async (name) => ({ name, ms: (await stat(join(this.folder, name))).mtimeMs })),
    );
    const old = dated.sort((a, b) => b.ms - a.ms).slice(KEPT);
    await Promise.all(old.map(({ name }) => this.remove(name)));
  }
}

/** A connection on which sshd has spoken and waits. */
class Visit implements Disposable {
  readonly banner: string;
  readonly #socket: Socket;

  private constructor(socket: Socket, banner: string) {
    this.#socket = socket;
    this.banner = banner;
  }

  /** The guest takes a moment to see that the last visitor has left, and until then has no word for the next. */
  static async pay(slot: Slot): Promise<Visit> {
    for (let attempt = 1; ; attempt++) {
      await sleep(MOMENT_MS);
      const socket = connect({ path: slot.file('ssh') });
      socket.on('error', () => {});
      try {
        const [chunk] = (await once(socket, 'data', { signal: AbortSignal.timeout(BANNER_TIMEOUT_MS) })) as [
          Buffer,
        ];
        return new Visit(socket, chunk.toString('latin1'));
      } catch (error) {
        socket.destroy();
        if (attempt === MOST_VISITS) throw error;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** Through a socket: QEMU may neither start a program nor open a file. The machine goes on until it is copied, so that what continues from it runs. */
async function saveState(slot: Slot, path: string): Promise<void> {
  const socketPath = slot.file('save');
  const server = createServer({ pauseOnConnect: true }).listen(socketPath);
  using _ = { [Symbol.dispose]: () => void server.close() };
  const connected = new Promise<Socket>((resolve, reject) => {
    server.once('connection', resolve);
    server.once('error', reject);
  });
  await new Promise((resolve) => server.once('listening', resolve));
  await chmod(socketPath, 0o777);
  using qmp = await Qmp.open(slot.file('qmp'));
  await qmp.ask('migrate-set-parameters', { 'max-bandwidth': MOST_BYTES_A_SECOND });
  await qmp.ask('migrate', { uri: `unix:${socketPath}` });
  await pipeline(await connected, createWriteStream(path, { mode: 0o600 }));
  await untilSaved(qmp);
}

const migration = z.object({ status: z.string(), 'error-desc': z.string().optional() });

async function untilSaved(qmp: Qmp): Promise<void> {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
    const { status, 'error-desc': why } = migration.parse(await qmp.ask('query-migrate'));
    if (status === 'completed') return;
    if (status === 'failed' || status === 'cancelled')
      throw new SandboxError(`The virtual machine could not be saved: ${why ?? status}`);
    await sleep(20);
  }
  throw new SandboxError('The virtual machine could not be saved in time.');
}
