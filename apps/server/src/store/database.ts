// SPDX-License-Identifier: BSD-2-Clause
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrations } from './migrations.ts';

/** What an operator can act on: a folder that another server uses, a database of a newer release. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

const SQLITE_BUSY = 5;

const errorNumber = (fault: unknown) =>
  fault instanceof Error && 'errcode' in fault ? fault.errcode : undefined;

export const databaseFile = (dataDir: string) => join(dataDir, 'ringlab.sqlite');

/**
 * Opens the database of `dataDir`, making both if need be, for this process alone: a second server on one folder would
 * declare the first one's runs dead.
 *
 * A commit is written to the write-ahead log but not synced by SQLite (`synchronous=NORMAL`), because that would stop
 * the event loop, and every terminal with it, for as long as the disk takes. `DiskSync` syncs the log from another
 * thread, and what must be on disk before it is acknowledged waits for that. Checkpoints still sync in order.
 */
export function openDatabase(dataDir: string): DatabaseSync {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(databaseFile(dataDir), { timeout: 2000 });
  try {
    database.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;');
    database.exec('PRAGMA foreign_keys=ON; PRAGMA secure_delete=OFF;');
    migrate(database);
    return database;
  } catch (fault) {
    database.close();
    if (errorNumber(fault) !== SQLITE_BUSY) throw fault;
    throw new StoreError(
      `Another Ringlab server uses ${dataDir}. Stop it, or set RINGLAB_DATA_DIR to another folder.`,
    );
  }
}

function migrate(database: DatabaseSync): void {
  const row = database.prepare('PRAGMA user_version').get();
  const version = Number(row?.user_version ?? 0);
  if (version > migrations.length) {
    throw new StoreError(
      'The database was written by a newer Ringlab. Start that one, or use another RINGLAB_DATA_DIR.',
    );
  }
  migrations.slice(version).forEach((sql, index) => {
    transaction(database, () => database.exec(`${sql}; PRAGMA user_version=${version + index + 1};`));
  });
}

/** All of `work` or nothing of it. Calls must not nest. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (fault) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw fault;
  }
}
