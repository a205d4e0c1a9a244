// SPDX-License-Identifier: BSD-2-Clause
import type { DatabaseSync } from 'node:sqlite';
import type { Config } from '../config.ts';
import { databaseFile, openDatabase, transaction } from './database.ts';
import { DiskSync } from './disk-sync.ts';
import { FileStore } from './files.ts';
import { LabSettings } from './lab-settings.ts';
import { PeopleStore } from './people.ts';
import { ResultStore } from './results.ts';

export type StoreConfig = Pick<Config, 'dataDir' | 'signInDays' | 'versionsPerFile'>;

/** Everything that outlives the server. Writes are in order and whole; `write` tells when they are safe, too. */
export class Store implements AsyncDisposable {
  readonly people: PeopleStore;
  readonly files: FileStore;
  readonly results: ResultStore;
  readonly labs: LabSettings;
  readonly #database: DatabaseSync;
  readonly #disk: DiskSync;

  constructor(config: StoreConfig) {
    this.#database = openDatabase(config.dataDir);
    this.labs = new LabSettings(this.#database);
    this.people = new PeopleStore(this.#database, config.signInDays);
    this.files = new FileStore(this.#database, config.versionsPerFile);
    this.results = new ResultStore(this.#database);
    transaction(this.#database, () => this.results.endUnfinished());
    this.#disk = new DiskSync(`${databaseFile(config.dataDir)}-wal`);
  }

  /** `work` is done when this returns, all of it or none; the promise resolves when it would survive a power failure. */
  write<T>(work: () => T): Promise<T> {
    const result = transaction(this.#database, work);
    return this.#disk.whenOnDisk().then(() => result);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disk[Symbol.asyncDispose]();
    this.#database.close();
  }
}
