// SPDX-License-Identifier: BSD-2-Clause
import type { Person, TerminalInfo } from '@ringlab/protocol';
import { Refusal } from '../refusal.ts';
import type { WorkspaceKey } from '../store/files.ts';
import type { TerminalSize } from '../terminals/screen.ts';
import { Terminal, type TerminalLabel, type TerminalLimits } from '../terminals/terminal.ts';
import type { Watchers } from './watchers.ts';

interface Entry {
  readonly terminal: Terminal;
  readonly key: WorkspaceKey;
}

/** Every terminal of the server, by its number, and whose it is. */
export class Terminals {
  readonly #limits: TerminalLimits;
  readonly #watchers: Watchers;
  readonly #entries = new Map<number, Entry>();
  #lastId = 0;

  constructor(limits: TerminalLimits, watchers: Watchers) {
    this.#limits = limits;
    this.#watchers = watchers;
  }

  open(key: WorkspaceKey, label: TerminalLabel, size: TerminalSize): Terminal {
    const changed = (info: TerminalInfo) => {
      this.#watchers.publish(key, { type: 'terminal.changed', workspace: key, terminal: info });
    };
    const terminal = new Terminal(++this.#lastId, label, size, this.#limits, changed);
    this.#entries.set(terminal.terminalId, { terminal, key });
    this.#watchers.publish(key, { type: 'terminal.opened', workspace: key, terminal: terminal.info });
    return terminal;
  }

  close({ terminalId }: Terminal): void {
    const entry = this.#entries.get(terminalId);
    if (!entry) return;
    this.#entries.delete(terminalId);
    entry.terminal[Symbol.dispose]();
    this.#watchers.publish(entry.key, { type: 'terminal.closed', workspace: entry.key, terminalId });
  }

  infos({ personId, lab }: WorkspaceKey): TerminalInfo[] {
    const own = [...this.#entries.values()].filter(({ key }) => key.personId === personId && key.lab === lab);
    return own.map(({ terminal }) => terminal.info);
  }

  /** Undefined when it was closed. */
  find(terminalId: number): Terminal | undefined {
    return this.#entries.get(terminalId)?.terminal;
  }

  /** For who may look: its owner and instructors. */
  readable(terminalId: number, person: Person): Terminal {
    const entry = this.#entries.get(terminalId);
    const mayRead = entry && (entry.key.personId === person.personId || person.role === 'instructor');
    if (!mayRead) throw noSuchTerminal(terminalId);
    return entry.terminal;
  }

  /** For who may type: its owner alone. */
  own(terminalId: number, person: Person): Entry {
    const entry = this.#entries.get(terminalId);
    if (!entry || entry.key.personId !== person.personId) throw noSuchTerminal(terminalId);
    return entry;
  }
}

const noSuchTerminal = (terminalId: number) =>
  new Refusal('no-such-terminal', `Terminal ${terminalId} is not there any more.`);
