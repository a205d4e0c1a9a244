// SPDX-License-Identifier: BSD-2-Clause
import type { DatabaseSync } from 'node:sqlite';

/** Which labs and which solutions are open, and what the server made up once: the course code and the instructor's token. */
export class LabSettings {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  isOpen(lab: string): boolean {
    return this.#database.prepare('SELECT 1 FROM closed_labs WHERE lab = ?').get(lab) === undefined;
  }

  setOpen(lab: string, open: boolean): void {
    const sql = open
      ? 'DELETE FROM closed_labs WHERE lab = ?'
      : 'INSERT OR IGNORE INTO closed_labs VALUES (?)';
    this.#database.prepare(sql).run(lab);
  }

  isSolutionOpen(lab: string): boolean {
    return this.#database.prepare('SELECT 1 FROM open_solutions WHERE lab = ?').get(lab) !== undefined;
  }

  setSolutionOpen(lab: string, open: boolean): void {
    const sql = open
      ? 'INSERT OR IGNORE INTO open_solutions VALUES (?)'
      : 'DELETE FROM open_solutions WHERE lab = ?';
    this.#database.prepare(sql).run(lab);
  }

  /** The kept value of `name`, made by `make` the first time. */
  once(name: string, make: () => string): string {
    const row = this.#database.prepare('SELECT value FROM settings WHERE name = ?').get(name);
    if (row) return String(row.value);
    const value = make();
    this.#database.prepare('INSERT INTO settings VALUES (?, ?)').run(name, value);
    return value;
  }
}
