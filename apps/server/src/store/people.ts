// SPDX-License-Identifier: BSD-2-Clause
import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Person, Role } from '@ringlab/protocol';

type Row = Record<string, SQLOutputValue>;

export interface SeenPerson extends Person {
  readonly lastSeenMs: number;
}

const LONGEST_NAME = 40;
const DAY_MS = 24 * 60 * 60 * 1000;

const hashOf = (token: string) => createHash('sha256').update(token).digest();
const keyOf = (name: string) => name.normalize('NFKC').toLowerCase();
const newPersonId = () => `p${randomBytes(9).toString('hex')}`;

const personOf = (row: Row): SeenPerson => ({
  personId: String(row.person_id),
  name: String(row.name),
  role: row.role as Role,
  lastSeenMs: Number(row.last_seen_ms),
});

/** Who takes part, and which browsers are signed in as whom. */
export class PeopleStore {
  readonly #database: DatabaseSync;
  readonly #signInMs: number;
  constructor(database: DatabaseSync, signInDays: number) {
    this.#database = database;
    this.#signInMs = signInDays * DAY_MS;
    this.#forgetOldSignIns();
  }

  /** A new person; a name that is taken gets a number: "Ana (2)". */
  add(name: string, role: Role): Person {
    const person = { personId: newPersonId(), name: this.#freeName(name, role), role };
    const nowMs = Date.now();
    this.#database
      .prepare('INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)')
      .run(person.personId, person.name, keyOf(person.name), role, nowMs, nowMs);
    return person;
  }

  named(name: string, role: Role): Person | undefined {
    const row = this.#database
      .prepare('SELECT * FROM people WHERE role = ? AND name_key = ?')
      .get(role, keyOf(name));
    return row && personOf(row);
  }

  find(personId: string): SeenPerson | undefined {
    const row = this.#database.prepare('SELECT * FROM people WHERE person_id = ?').get(personId);
    return row && personOf(row);
  }

  attendees(): SeenPerson[] {
    const rows = this.#database
      .prepare(`SELECT * FROM people WHERE role = 'attendee' ORDER BY name_key`)
      .all();
    return rows.map(personOf);
  }

  seen(personId: string): void {
    this.#database
      .prepare('UPDATE people SET last_seen_ms = ? WHERE person_id = ?')
      .run(Date.now(), personId);
  }

  /** Returns the token for the browser's cookie; only its hash is kept here. */
  signIn(personId: string): string {
    const token = randomBytes(32).toString('base64url');
    this.#database.prepare('INSERT INTO sign_ins VALUES (?, ?, ?)').run(hashOf(token), personId, Date.now());
    return token;
  }

  byToken(token: string): Person | undefined {
    const row = this.#database
      .prepare(
        'SELECT people.* FROM sign_ins JOIN people USING (person_id) WHERE token_hash = ? AND signed_in_at_ms > ?',
      )
      .get(hashOf(token), Date.now() - this.#signInMs);
    return row && personOf(row);
  }

  #freeName(name: string, role: Role): string {
    for (let number = 1; ; number++) {
      const suffix = number === 1 ? '' : ` (${number})`;
      const candidate = `${name.slice(0, LONGEST_NAME - suffix.length).trimEnd()}${suffix}`;
      if (!this.named(candidate, role)) return candidate;
    }
  }

  #forgetOldSignIns(): void {
    const oldestMs = Date.now() - this.#signInMs;
    this.#database.prepare('DELETE FROM sign_ins WHERE signed_in_at_ms <= ?').run(oldestMs);
  }
}
