// SPDX-License-Identifier: BSD-2-Clause
import type { Board, BoardCell, BoardRow } from '@ringlab/protocol';
import { Check, X } from 'lucide-react';
import { Link } from 'wouter';
import { fixedQuantityText } from '../units/quantity.ts';
import { agoText } from '../units/time-text.ts';
import { type BoardMemory, ratePps, type Standing, standing } from './board-memory.ts';
import { ReturnLink } from './return-link.tsx';
import { Sparkline } from './sparkline.tsx';

interface PersonRowProps {
  readonly row: BoardRow;
  readonly labs: Board['labs'];
  readonly memory: BoardMemory;
}

export function PersonRow({ row, labs, memory }: PersonRowProps) {
  const state = standing(row);
  return (
    <tr data-standing={state}>
      <th scope="row">
        <span className="board-dot" data-active={row.runs.length > 0} aria-hidden="true" />
        <span className="board-person">{row.name}</span>
        <span className="board-standing">{standingWords(row, state, memory)}</span>
        <ReturnLink personId={row.personId} name={row.name} />
      </th>
      {labs.map(({ slug }) => (
        <Cell key={slug} row={row} slug={slug} cell={row.cells.find(({ lab }) => lab === slug)} />
      ))}
      <td className="board-rate">
        <Sparkline values={memory.rates(row.personId)} />
        <span className="numbers" title={row.runs.flatMap(({ processes }) => processes).join(', ')}>
          {row.runs.length > 0 ? fixedQuantityText(ratePps(row), 'pps') : ''}
        </span>
      </td>
    </tr>
  );
}

function standingWords(row: BoardRow, state: Standing, memory: BoardMemory): string {
  const nowMs = Date.now();
  switch (state) {
    case 'stuck': {
      const since = agoText(memory.failingSinceMs(row.personId) ?? nowMs, nowMs);
      return since === 'now' ? 'a check fails' : `a check has failed for ${since}`;
    }
    case 'working':
      return row.runs.length > 0 ? (row.runs[0]?.phase ?? '') : 'working';
    case 'idle':
      return 'no lab open';
    case 'away':
      return `away for ${agoText(row.lastSeenMs, nowMs).replace('now', 'a moment')}`;
  }
}

interface CellProps {
  readonly row: BoardRow;
  readonly slug: string;
  readonly cell: BoardCell | undefined;
}

function Cell({ row, slug, cell }: CellProps) {
  const state = cell?.state ?? 'untouched';
  return (
    <td className="board-cell">
      <Link
        href={`/labs/${slug}?person=${encodeURIComponent(row.personId)}`}
        data-state={state}
        data-here={row.lab === slug}
        title={cellWords(row, cell)}
      >
        {state === 'passed' && <Check aria-hidden="true" />}
        {state === 'failing' && <X aria-hidden="true" />}
        {cell === undefined || state === 'untouched' ? (
          <span aria-hidden="true">·</span>
        ) : (
          `${cell.passed}/${cell.checks}`
        )}
      </Link>
    </td>
  );
}

function cellWords(row: BoardRow, cell: BoardCell | undefined): string {
  if (cell === undefined || cell.state === 'untouched') return `${row.name} has not started this lab`;
  const failing = cell.failing.map((title) => `\nfails: ${title}`).join('');
  return `${row.name}: ${cell.passed} of ${cell.checks} checks pass${failing}`;
}
