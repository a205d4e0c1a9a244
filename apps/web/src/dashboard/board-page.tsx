// SPDX-License-Identifier: BSD-2-Clause
import './dashboard.css';
import type { Board } from '@ringlab/protocol';
import { useEffect, useState } from 'react';
import { Link, Redirect } from 'wouter';
import { actions, errorWords, useAppState } from '../api/index.ts';
import { BoardTable } from './board-table.tsx';
import { JoinSign } from './join-sign.tsx';

export function BoardPage() {
  const session = useAppState((state) => state.session);
  const role = useAppState((state) => state.me?.person.role);
  if (session === 'signed-out') return <Redirect to="/instructor" replace />;
  if (role === 'attendee') return <Redirect to="/labs" replace />;
  return <main className="page">{role === 'instructor' && <LiveBoard />}</main>;
}

function LiveBoard() {
  const board = useAppState((state) => state.board);
  const connection = useAppState((state) => state.connection);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    actions.openBoard().catch((error: unknown) => setProblem(errorWords(error)));
    return () => void actions.closeBoard().catch(() => undefined);
  }, []);
  return (
    <>
      {connection === 'offline' && (
        <p className="notice warn">The server does not answer; this is how it was.</p>
      )}
      {problem !== undefined && <p className="notice bad">{problem}</p>}
      {board === undefined ? (
        <p className="progress" role="status">
          Waiting for the board
        </p>
      ) : (
        <BoardView board={board} />
      )}
    </>
  );
}

function BoardView({ board }: { readonly board: Board }) {
  const [isSignShown, setIsSignShown] = useState(false);
  const online = board.rows.filter((row) => row.online).length;
  return (
    <>
      <header className="page-bar">
        <span className="page-name">Ringlab</span>
        <span className="dim">
          {online} of {board.rows.length} here, {board.rows.filter(({ runs }) => runs.length > 0).length}{' '}
          running
        </span>
        <button
          type="button"
          className="board-code"
          onClick={() => setIsSignShown(true)}
          title="Show it large, for the projector"
        >
          join with <b className="mono">{board.courseCode}</b>
        </button>
        <Link href="/provisioning">Machine</Link>
        <Link href="/live-image">Live image</Link>
        <Link href="/labs">Labs</Link>
      </header>
      {board.rows.length === 0 ? <Nobody board={board} onSign={() => setIsSignShown(true)} /> : null}
      <BoardTable board={board} />
      {isSignShown && <JoinSign code={board.courseCode} onClose={() => setIsSignShown(false)} />}
    </>
  );
}

function Nobody({ board, onSign }: { readonly board: Board; readonly onSign: () => void }) {
  return (
    <div className="board-nobody">
      <p>
        Nobody has joined yet. Each attendee gets a row here, with every lab's checks, as soon as they join.
      </p>
      <button type="button" className="button primary" onClick={onSign}>
        Show the course code {board.courseCode} large
      </button>
    </div>
  );
}
