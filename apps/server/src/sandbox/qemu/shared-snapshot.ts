// SPDX-License-Identifier: BSD-2-Clause

import { statfsSync } from 'node:fs';
import type { Snapshot, Snapshots } from './snapshots.ts';

/** After a failure that is not about room. */
const RETRY_MS = 60_000;

interface Failure {
  readonly key: string;
  readonly why: string;
  readonly freeBytes: number;
  readonly atMs: number;
}

/**
 * The snapshot that all machines go on from: found or made once, whoever asks first. Where it cannot be made, machines boot,
 * and it is tried again when there is more room, or after a minute.
 */
export class SharedSnapshot {
  readonly #snapshots: Snapshots;
  #current: { readonly key: string; readonly snapshot: Promise<Snapshot | undefined> } | undefined;
  #failure: Failure | undefined;

  constructor(snapshots: Snapshots) {
    this.#snapshots = snapshots;
  }

  /** Why there is none, a sentence. */
  get complaint(): string | undefined {
    return this.#failure && `No snapshot of them can be kept, so each one boots: ${this.#failure.why}.`;
  }

  /** `save` makes it under that key. Undefined where it cannot be made; never rejects. */
  get(key: string, save: () => Promise<void>): Promise<Snapshot | undefined> {
    const isCurrent = this.#current?.key === key;
    if (!isCurrent || this.#mayWorkNow(key)) {
      this.#failure = undefined;
      this.#current = { key, snapshot: this.#findOrSave(key, save) };
    }
    return this.#current?.snapshot ?? Promise.resolve(undefined);
  }

  /** It is of no use to anybody: the next one who asks has it made anew. */
  async blame(snapshot: Snapshot): Promise<void> {
    const { key, snapshot: current } = this.#current ?? {};
    if (key === undefined || (await current) !== snapshot) return;
    await this.#snapshots.remove(key);
    this.#current = undefined;
  }

  /** Whoever makes it is done. */
  async settled(): Promise<void> {
    await this.#current?.snapshot;
    this.#current = undefined;
  }

  #mayWorkNow(key: string): boolean {
    if (this.#failure?.key !== key) return false;
    const { freeBytes, atMs } = this.#failure;
    return this.#freeBytes() > freeBytes || Date.now() - atMs > RETRY_MS;
  }

  async #findOrSave(key: string, save: () => Promise<void>): Promise<Snapshot | undefined> {
    try {
      const kept = await this.#snapshots.find(key);
      if (kept !== undefined) return kept;
      await save();
      return await this.#snapshots.find(key);
    } catch (error) {
      const why = this.#inWords(error);
      this.#failure = { key, why, freeBytes: this.#freeBytes(), atMs: Date.now() };
      console.error(`Virtual machines: ${this.complaint}`);
      return undefined;
    }
  }

  #inWords(error: unknown): string {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') return `there is no room left in ${this.#snapshots.folder}`;
    return message.replace(/\.$/, '');
  }

  #freeBytes(): number {
    try {
      const { bavail, bsize } = statfsSync(this.#snapshots.folder);
      return bavail * bsize;
    } catch {
      return 0;
    }
  }
}
