// SPDX-License-Identifier: BSD-2-Clause
import type { TerminalInfo } from '@ringlab/protocol';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { useNavigation } from '../api/index.ts';
import { exitOf } from '../units/exit.ts';
import { LiveTerminal } from './live-terminal.ts';
import { TerminalSearch } from './terminal-search.tsx';

interface TerminalViewProps {
  readonly terminal: TerminalInfo;
  readonly shown: boolean;
  readonly readOnly: boolean;
}

export function TerminalView({ terminal, shown, readOnly }: TerminalViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const [searching, setSearching] = useState(false);
  const find = useCallback(() => setSearching(true), []);
  const live = useLiveTerminal(host, terminal.terminalId, readOnly, find);
  const { cols, rows } = terminal;
  useEffect(() => live?.setSize(cols, rows), [live, cols, rows]);
  useShown(live, host, shown);
  return (
    <div className="terminal-view" hidden={!shown} data-testid={`terminal-${terminal.title}`}>
      {searching && live !== undefined && <TerminalSearch live={live} close={() => setSearching(false)} />}
      <div ref={host} className="terminal-host" />
      {terminal.exit !== undefined && <ExitLine exit={terminal.exit} />}
    </div>
  );
}

function ExitLine({ exit }: { readonly exit: NonNullable<TerminalInfo['exit']> }) {
  return <p className={`terminal-exit ${exitOf(exit) === 'failed' ? 'bad' : ''}`}>{exit.words}</p>;
}

function useLiveTerminal(
  host: RefObject<HTMLDivElement | null>,
  terminalId: number,
  readOnly: boolean,
  find: () => void,
): LiveTerminal | undefined {
  const [live, setLive] = useState<LiveTerminal>();
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    let opened: LiveTerminal | undefined;
    let gone = false;
    void LiveTerminal.open(element, { terminalId, readOnly, find }).then((created) => {
      if (gone) return created[Symbol.dispose]();
      opened = created;
      setLive(created);
    });
    return () => {
      gone = true;
      opened?.[Symbol.dispose]();
      setLive(undefined);
    };
  }, [host, terminalId, readOnly, find]);
  return live;
}

function useShown(
  live: LiveTerminal | undefined,
  host: RefObject<HTMLDivElement | null>,
  shown: boolean,
): void {
  useEffect(() => {
    if (live === undefined || host.current === null || !shown) return;
    const resized = new ResizeObserver(() => live.fit());
    resized.observe(host.current);
    live.show();
    const { panel } = useNavigation.getState();
    if (panel?.id === 'terminals' && panel.focus) live.focus();
    return () => {
      resized.disconnect();
      live.hide();
    };
  }, [live, host, shown]);
}
