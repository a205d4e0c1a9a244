// SPDX-License-Identifier: BSD-2-Clause
import type { DatabaseSync } from 'node:sqlite';
import { type CheckRunState, checkRunState, type RunState, runState } from '@ringlab/protocol';
import type { WorkspaceKey } from './files.ts';

/** Results kept of each workspace; older ones go. */
const KEPT = 200;

/** What runs and checks came to. Each is put at its start and again, replacing that, at its end. */
export class ResultStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  putRun(key: WorkspaceKey, run: RunState): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?)')
      .run(run.runId, key.personId, key.lab, run.startedAtMs, run.endedAtMs ?? null, JSON.stringify(run));
    this.#forgetOld('runs', 'run_id', key);
  }

  putCheck(key: WorkspaceKey, check: CheckRunState): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO check_runs VALUES (?, ?, ?, ?, ?, ?)')
      .run(
        check.checkRunId,
        key.personId,
        key.lab,
        check.startedAtMs,
        check.endedAtMs ?? null,
        JSON.stringify(check),
      );
    this.#forgetOld('check_runs', 'check_run_id', key);
    if (check.passed) this.#putPassed(key, check.endedAtMs ?? check.startedAtMs);
  }

  /** Whether a check of this workspace ever passed as a whole. */
  hasPassed({ personId, lab }: WorkspaceKey): boolean {
    const sql = 'SELECT 1 FROM passed_labs WHERE person_id = ? AND lab = ?';
    return this.#database.prepare(sql).get(personId, lab) !== undefined;
  }

  latestRun({ personId, lab }: WorkspaceKey): RunState | undefined {
    const row = this.#database
      .prepare('SELECT state FROM runs WHERE person_id = ? AND lab = ? ORDER BY started_at_ms DESC LIMIT 1')
      .get(personId, lab);
    return row && runState.parse(JSON.parse(String(row.state)));
  }

  /** The latest that ended by judging the files, or at all. */
  latestCheck({ personId, lab }: WorkspaceKey): CheckRunState | undefined {
    const row = this.#database
      .prepare(
        'SELECT state FROM check_runs WHERE person_id = ? AND lab = ? ORDER BY started_at_ms DESC LIMIT 1',
      )
      .get(personId, lab);
    return row && checkRunState.parse(JSON.parse(String(row.state)));
  }

  /** At start: what a server that died left going on ended with it. Terminals of before are gone. */
  endUnfinished(): void {
    const nowMs = Date.now();
    for (const row of this.#database
      .prepare('SELECT person_id, lab, state FROM runs WHERE ended_at_ms IS NULL')
      .all()) {
      const key = { personId: String(row.person_id), lab: String(row.lab) };
      this.putRun(key, diedWithServer(runState.parse(JSON.parse(String(row.state))), nowMs));
    }
    const checks = this.#database.prepare(
      'SELECT person_id, lab, state FROM check_runs WHERE ended_at_ms IS NULL',
    );
    for (const row of checks.all()) {
      const key = { personId: String(row.person_id), lab: String(row.lab) };
      this.putCheck(key, unjudged(checkRunState.parse(JSON.parse(String(row.state))), nowMs));
    }
  }

  #putPassed({ personId, lab }: WorkspaceKey, passedAtMs: number): void {
    this.#database
      .prepare('INSERT OR IGNORE INTO passed_labs VALUES (?, ?, ?)')
      .run(personId, lab, passedAtMs);
  }

  #forgetOld(table: 'runs' | 'check_runs', id: string, { personId, lab }: WorkspaceKey): void {
    this.#database
      .prepare(
        `DELETE FROM ${table} WHERE ${id} IN (SELECT ${id} FROM ${table} WHERE person_id = ? AND lab = ?
         ORDER BY started_at_ms DESC LIMIT -1 OFFSET ${KEPT})`,
      )
      .run(personId, lab);
  }
}

function diedWithServer(run: RunState, endedAtMs: number): RunState {
  const processes = run.processes.map((process) =>
    process.state === 'exited'
      ? process
      : {
          ...process,
          state: 'exited' as const,
          exit: { signal: 'SIGKILL', words: 'ended when the server was restarted' },
        },
  );
  const notices = [...run.notices, 'The server was restarted while this ran. Press Run to start it again.'];
  return { ...run, phase: 'ended', outcome: 'server-restarted', endedAtMs, processes, notices };
}

function unjudged(check: CheckRunState, endedAtMs: number): CheckRunState {
  const results = check.results.map((result) =>
    result.state === 'waiting' || result.state === 'running'
      ? { ...result, state: 'skipped' as const }
      : result,
  );
  const message = 'The server was restarted while this was checked. Press Check to start it again.';
  return { ...check, phase: 'ended', passed: false, endedAtMs, results, message };
}
