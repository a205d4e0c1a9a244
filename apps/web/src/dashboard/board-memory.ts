// SPDX-License-Identifier: BSD-2-Clause
import type { Board, BoardRow } from '@ringlab/protocol';

/** How much of each person's rate a sparkline shows. */
const KEPT_READINGS = 60;

export type Standing = 'stuck' | 'working' | 'idle' | 'away';

/** What a board cannot say, because it is a moment only: how rates went, and since when checks have failed. */
export class BoardMemory {
  readonly #rates = new Map<string, number[]>();
  readonly #failing = new Map<string, { readonly mark: string; readonly sinceMs: number }>();

  note(board: Board, nowMs: number): void {
    for (const row of board.rows) {
      this.#rates.set(row.personId, [...this.rates(row.personId), ratePps(row)].slice(-KEPT_READINGS));
      this.#noteFailing(row, nowMs);
    }
  }

  /** Packets per second, oldest first. */
  rates(personId: string): readonly number[] {
    return this.#rates.get(personId) ?? [];
  }

  /** Since when the same checks have failed; undefined when none do. */
  failingSinceMs(personId: string): number | undefined {
    return this.#failing.get(personId)?.sinceMs;
  }

  /** Progress, even onto other failing checks, starts the time anew. */
  #noteFailing(row: BoardRow, nowMs: number): void {
    const failing = row.cells.filter(({ state }) => state === 'failing');
    const mark = failing.map(({ lab, failing: titles }) => `${lab} ${titles.join()}`).join('\n');
    if (failing.length === 0) this.#failing.delete(row.personId);
    else if (this.#failing.get(row.personId)?.mark !== mark)
      this.#failing.set(row.personId, { mark, sinceMs: nowMs });
  }
}

export function ratePps(row: BoardRow): number {
  return row.runs.reduce((sum, run) => sum + run.ratePps, 0);
}

export function standing(row: BoardRow): Standing {
  if (!row.online) return 'away';
  if (row.cells.some(({ lab, state }) => state === 'failing' && (row.lab === undefined || row.lab === lab)))
    return 'stuck';
  return row.runs.length > 0 || row.lab !== undefined ? 'working' : 'idle';
}

const ORDER: readonly Standing[] = ['stuck', 'working', 'idle', 'away'];

/** Those who need help first, the longest waiting on top; otherwise by name, so that rows stay where they are. */
export function helpOrder(rows: readonly BoardRow[], memory: BoardMemory): BoardRow[] {
  return rows.toSorted((a, b) => {
    const [rankA, rankB] = [ORDER.indexOf(standing(a)), ORDER.indexOf(standing(b))];
    if (rankA !== rankB) return rankA - rankB;
    const since = (row: BoardRow) =>
      rankA === 0 ? (memory.failingSinceMs(row.personId) ?? Number.POSITIVE_INFINITY) : 0;
    return (
      compare(since(a), since(b)) ||
      a.name.localeCompare(b.name, undefined, { numeric: true }) ||
      compare(a.personId, b.personId)
    );
  });
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
