// SPDX-License-Identifier: BSD-2-Clause
import { close, fdatasync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const sync = promisify(fdatasync);

/** Syncs SQLite's write-ahead log from a thread of the pool, many commits at a time. */
export class DiskSync implements AsyncDisposable {
  readonly #descriptor: number;
  #current: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** `logFile` must exist: SQLite makes it with the first commit and keeps it as long as the database is open. */
  constructor(logFile: string) {
    this.#descriptor = openSync(logFile, 'r+');
    // The log's name, too, must survive a power failure.
    const folder = openSync(dirname(logFile), 'r');
    fsyncSync(folder);
    close(folder);
  }

  /** Resolves when everything that was committed before this call is on disk; rejects when the disk says no. */
  whenOnDisk(): Promise<void> {
    if (this.#current === undefined) return this.#start();
    // The sync under way may have begun before the commit: only the one after it counts.
    this.#next ??= this.#current.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<void> {
    this.#next = undefined;
    const running = sync(this.#descriptor).finally(() => {
      if (this.#current === running) this.#current = undefined;
    });
    this.#current = running;
    return running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.whenOnDisk();
    close(this.#descriptor);
  }
}
