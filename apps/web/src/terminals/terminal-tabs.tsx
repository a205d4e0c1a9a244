// SPDX-License-Identifier: BSD-2-Clause
import './terminals.css';
import type { TerminalInfo } from '@ringlab/protocol';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { actions, errorWords, navigation } from '../api/index.ts';
import { tabKeys } from '../tabs/tab-keys.ts';
import { exitOf } from '../units/exit.ts';
import { useMachines, useTerminals } from './use-terminals.ts';

export function TerminalTabs() {
  const { terminals, active, readOnly } = useTerminals();
  const machines = useMachines();
  const [problem, setProblem] = useState<string>();
  const opened = (opening: Promise<unknown>) => {
    setProblem(undefined);
    opening.catch((error) => setProblem(errorWords(error)));
  };
  return (
    <div className="terminal-tabs">
      <div className="tab-list" role="tablist" aria-label="Terminals" onKeyDown={tabKeys}>
        {terminals.map((terminal, index) => (
          <TerminalTab
            key={terminal.terminalId}
            terminal={terminal}
            index={index}
            active={terminal === active}
            closable={terminal.kind === 'shell' && !readOnly}
          />
        ))}
      </div>
      {!readOnly && (
        <button
          type="button"
          className="icon-button"
          aria-label="New terminal"
          title="New terminal in the sandbox (Ctrl+Shift+`)"
          onClick={() => opened(openShell())}
        >
          <Plus size={14} />
        </button>
      )}
      {!readOnly &&
        machines.map((machine) => (
          <button
            key={machine}
            type="button"
            className="icon-button terminal-machine"
            aria-label={`New terminal in ${machine}`}
            title={`New terminal in the virtual machine ${machine}`}
            onClick={() => opened(openShell(machine))}
          >
            <Plus size={12} aria-hidden="true" />
            {machine}
          </button>
        ))}
      {problem !== undefined && <span className="terminal-problem">{problem}</span>}
    </div>
  );
}

async function openShell(machine?: string): Promise<void> {
  const { terminalId } = await actions.openShell(80, 24, machine);
  navigation.showTerminal(terminalId);
}

interface TerminalTabProps {
  readonly terminal: TerminalInfo;
  readonly index: number;
  readonly active: boolean;
  readonly closable: boolean;
}

function TerminalTab({ terminal, index, active, closable }: TerminalTabProps) {
  const { terminalId, title, exit } = terminal;
  const show = () => navigation.showTerminal(terminalId);
  const state = exit === undefined ? 'running' : exitOf(exit);
  const key = index < 9 ? ` (Alt+${index + 1})` : '';
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list of tabs has the keys.
    <div
      className="tab"
      role="tab"
      tabIndex={active ? 0 : -1}
      aria-selected={active}
      title={`${title}, ${exit?.words ?? 'running'}${key}`}
      onClick={show}
    >
      <span className={`terminal-mark ${state}`} aria-hidden="true" />
      <span className="mono">{title}</span>
      {closable && (
        <button
          type="button"
          tabIndex={-1}
          className="tab-close"
          aria-label={`Close ${title}`}
          onClick={(event) => {
            event.stopPropagation();
            void actions.closeTerminal(terminalId).catch(() => {});
          }}
        >
          <X size={13} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
