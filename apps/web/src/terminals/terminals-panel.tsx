// SPDX-License-Identifier: BSD-2-Clause
import './terminals.css';
import type { TerminalInfo } from '@ringlab/protocol';
import { useRef } from 'react';
import { RunNotices } from './run-notices.tsx';
import { TerminalView } from './terminal-view.tsx';
import { useFollowRun, useTerminals } from './use-terminals.ts';

export function TerminalsPanel() {
  const { terminals, active, readOnly } = useTerminals();
  useFollowRun();
  const visited = useVisited(active);
  return (
    <div className="terminals">
      <RunNotices />
      <div className="terminals-body">
        {terminals.length === 0 && <NoTerminals />}
        {terminals
          .filter((terminal) => visited.has(identity(terminal)))
          .map((terminal) => (
            <TerminalView
              key={identity(terminal)}
              terminal={terminal}
              shown={terminal === active}
              readOnly={readOnly}
            />
          ))}
      </div>
    </div>
  );
}

/** A restarted server counts its terminals from the beginning; the time of start tells them apart. */
function identity({ terminalId, startedAtMs }: TerminalInfo): string {
  return `${terminalId}@${startedAtMs}`;
}

/** A terminal is made when it is first looked at, and kept from then on. */
function useVisited(active: TerminalInfo | undefined): ReadonlySet<string> {
  const visited = useRef(new Set<string>());
  if (active !== undefined) visited.current.add(identity(active));
  return visited.current;
}

function NoTerminals() {
  return (
    <div className="empty-state">
      <p>The build, each process of the lab, and your own shells get a terminal here.</p>
      <p>
        <span className="kbd">Ctrl+Enter</span> runs the lab, <span className="kbd">Ctrl+Shift+`</span> opens
        a shell.
      </p>
    </div>
  );
}
