// SPDX-License-Identifier: BSD-2-Clause
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { FileVersion } from '@ringlab/protocol';

type Row = Record<string, SQLOutputValue>;

/** Whose copy of which lab. */
export interface WorkspaceKey {
  readonly personId: string;
  readonly lab: string;
}

export interface StoredFile {
  readonly path: string;
  readonly version: number;
  /** Undefined: deleted. */
  readonly content: string | undefined;
}

export type NewVersion = Pick<StoredFile, 'path' | 'content'> & Pick<FileVersion, 'reason'>;

/** The versions of one path never take more than this together; the oldest autosaves go first. */
const BYTES_PER_FILE = 64 * 1024 * 1024;
/** Nor do all versions of one workspace, deleted files included; they are no more than so many times one file's. */
const BYTES_PER_WORKSPACE = 256 * 1024 * 1024;
const FILES_OF_VERSIONS = 10;
/** The latest versions are never thinned out. */
const UNTOUCHED_VERSIONS = 50;

const textOf = (content: SQLOutputValue | undefined) =>
  content instanceof Uint8Array
    ? Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString()
    : undefined;

const fileOf = (row: Row): StoredFile => ({
  path: String(row.path),
  version: Number(row.version),
  content: textOf(row.content),
});

const versionOf = (row: Row): FileVersion => ({
  version: Number(row.version),
  savedAtMs: Number(row.saved_at_ms),
  bytes: Number(row.bytes),
  reason: row.reason as FileVersion['reason'],
});

const ONE_PATH = 'person_id = ? AND lab = ? AND path = ?';

/** Workspace files, every version. A path that was never saved has no row: its content is the lab's starter. */
export class FileStore {
  readonly #database: DatabaseSync;
  readonly #versionsPerFile: number;

  constructor(database: DatabaseSync, versionsPerFile: number) {
    this.#database = database;
    this.#versionsPerFile = versionsPerFile;
  }

  /** The latest version of every path that was ever saved, deleted ones included. */
  latest({ personId, lab }: WorkspaceKey): StoredFile[] {
    const rows = this.#database
      .prepare(
        `SELECT path, max(version) AS version, content FROM file_versions
         WHERE person_id = ? AND lab = ? GROUP BY path ORDER BY path`,
      )
      .all(personId, lab);
    return rows.map(fileOf);
  }

  latestOf({ personId, lab }: WorkspaceKey, path: string): StoredFile | undefined {
    const row = this.#database
      .prepare(`SELECT * FROM file_versions WHERE ${ONE_PATH} ORDER BY version DESC LIMIT 1`)
      .get(personId, lab, path);
    return row && fileOf(row);
  }

  versions({ personId, lab }: WorkspaceKey, path: string): FileVersion[] {
    const rows = this.#database
      .prepare(
        `SELECT version, saved_at_ms, bytes, reason FROM file_versions WHERE ${ONE_PATH} ORDER BY version DESC`,
      )
      .all(personId, lab, path);
    return rows.map(versionOf);
  }

  version({ personId, lab }: WorkspaceKey, path: string, version: number): StoredFile | undefined {
    const row = this.#database
      .prepare(`SELECT * FROM file_versions WHERE ${ONE_PATH} AND version = ?`)
      .get(personId, lab, path, version);
    return row && fileOf(row);
  }

  /** Labs in which this person has saved something. */
  labsOf(personId: string): string[] {
    const rows = this.#database
      .prepare('SELECT DISTINCT lab FROM file_versions WHERE person_id = ?')
      .all(personId);
    return rows.map((row) => String(row.lab));
  }

  /** Returns the version's number: one more than the latest. */
  append(key: WorkspaceKey, { path, content, reason }: NewVersion, savedAtMs: number): number {
    const version = (this.latestOf(key, path)?.version ?? 0) + 1;
    const bytes = content === undefined ? null : Buffer.from(content);
    this.#database
      .prepare('INSERT INTO file_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(key.personId, key.lab, path, version, savedAtMs, reason, bytes?.length ?? 0, bytes);
    this.#thinOut(key, path);
    this.#boundWorkspace(key);
    return version;
  }

  /**
   * What was written longest ago goes, but never what a file holds now. In order of writing, so that the note of a
   * deletion never goes before what was deleted.
   */
  #boundWorkspace({ personId, lab }: WorkspaceKey): void {
    const most = this.#versionsPerFile * FILES_OF_VERSIONS;
    const sum = this.#database
      .prepare(
        'SELECT count(*) AS versions, sum(bytes) AS bytes FROM file_versions WHERE person_id = ? AND lab = ?',
      )
      .get(personId, lab);
    if (Number(sum?.versions) <= most && Number(sum?.bytes) <= BYTES_PER_WORKSPACE) return;
    this.#database
      .prepare(
        `DELETE FROM file_versions WHERE rowid IN (
           SELECT id FROM (
             SELECT rowid AS id, content IS NULL AS is_deletion,
               version = max(version) OVER (PARTITION BY path) AS is_latest,
               row_number() OVER by_age AS versions, sum(bytes) OVER by_age AS bytes
             FROM file_versions WHERE person_id = ? AND lab = ? WINDOW by_age AS (ORDER BY rowid DESC)
           ) WHERE (is_deletion OR NOT is_latest) AND (versions > ? OR bytes > ?))`,
      )
      .run(personId, lab, Math.floor(most * 0.9), Math.floor(BYTES_PER_WORKSPACE * 0.9));
  }

  /** Beyond the bounds a tenth of the old autosaves goes: those that stand closest in time to their neighbors. */
  #thinOut(key: WorkspaceKey, path: string): void {
    const where = [key.personId, key.lab, path] as const;
    const sum = this.#database
      .prepare(`SELECT count(*) AS versions, sum(bytes) AS bytes FROM file_versions WHERE ${ONE_PATH}`)
      .get(...where);
    const versions = Number(sum?.versions);
    if (versions <= this.#versionsPerFile && Number(sum?.bytes) <= BYTES_PER_FILE) return;
    const untouched = Math.min(UNTOUCHED_VERSIONS, Math.ceil(this.#versionsPerFile / 2));
    this.#database
      .prepare(
        `DELETE FROM file_versions WHERE ${ONE_PATH} AND version IN (
           SELECT version FROM (
             SELECT version, reason,
               lead(saved_at_ms) OVER all_versions - lag(saved_at_ms, 1, 0) OVER all_versions AS gap_ms,
               row_number() OVER (ORDER BY version DESC) AS age
             FROM file_versions WHERE ${ONE_PATH} WINDOW all_versions AS (ORDER BY version)
           ) WHERE reason = 'save' AND age > ? ORDER BY gap_ms, version LIMIT ?)`,
      )
      .run(...where, ...where, untouched, Math.max(1, Math.floor(versions / 10)));
  }
}
