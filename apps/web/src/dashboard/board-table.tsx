// SPDX-License-Identifier: BSD-2-Clause
import type { Board } from '@ringlab/protocol';
import { Lock, LockOpen } from 'lucide-react';
import { Switch } from 'radix-ui';
import { useEffect, useRef, useState } from 'react';
import { actions, errorWords } from '../api/index.ts';
import { BoardMemory, helpOrder } from './board-memory.ts';
import { PersonRow } from './person-row.tsx';

/** With more, their titles stand upright, so that all fit beside each other. */
const ROOMY_LABS = 7;

export function BoardTable({ board }: { readonly board: Board }) {
  const memory = useMemory(board);
  const rows = helpOrder(board.rows, memory);
  return (
    <table className="board-table" data-dense={board.labs.length > ROOMY_LABS}>
      <thead>
        <tr>
          <th scope="col">Attendee</th>
          {board.labs.map((lab) => (
            <LabHead key={lab.slug} {...lab} />
          ))}
          <th scope="col" className="board-rate-head">
            Rate
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <PersonRow key={row.personId} row={row} labs={board.labs} memory={memory} />
        ))}
      </tbody>
    </table>
  );
}

/** Notes each board once, when it comes. */
function useMemory(board: Board): BoardMemory {
  const [memory] = useState(() => new BoardMemory());
  const noted = useRef<Board>(undefined);
  const [, drawAgain] = useState<Board>();
  useEffect(() => {
    if (noted.current === board) return;
    noted.current = board;
    memory.note(board, Date.now());
    drawAgain(board);
  }, [board, memory]);
  return memory;
}

type LabHeadProps = Board['labs'][number];

function LabHead({ slug, title, core, open, solutionOpen }: LabHeadProps) {
  const [problem, setProblem] = useState<string>();
  const attempt = (change: Promise<void>) =>
    change.then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(errorWords(error)),
    );
  return (
    <th scope="col" className="board-lab" data-open={open}>
      <span className="numbers">{slug.slice(0, 2)}</span> <span className="board-lab-title">{title}</span>{' '}
      <span
        className="board-lab-day"
        data-core={core}
        title="One of the day; labs without this are for going further"
      >
        day
      </span>
      <span className="board-lab-switch">
        <Switch.Root
          className="switch"
          checked={open}
          onCheckedChange={(next) => void attempt(actions.setLabOpen(slug, next))}
          aria-label={`${title} is open`}
        >
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
        <span className="board-lab-state" data-bad={problem !== undefined}>
          {problem ?? (open ? 'open' : 'closed')}
        </span>
        <button
          type="button"
          className="icon-button board-solution"
          aria-pressed={solutionOpen}
          aria-label={`The solution of ${title} is open to all`}
          title={
            solutionOpen
              ? 'Everybody may read the solution. Lock it again'
              : 'The solution opens to those whose checks pass. Open it to all'
          }
          onClick={() => void attempt(actions.setSolutionOpen(slug, !solutionOpen))}
        >
          {solutionOpen ? <LockOpen size={13} /> : <Lock size={13} />}
        </button>
      </span>
    </th>
  );
}
