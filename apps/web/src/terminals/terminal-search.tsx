// SPDX-License-Identifier: BSD-2-Clause
import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { LiveTerminal } from './live-terminal.ts';

interface TerminalSearchProps {
  readonly live: LiveTerminal;
  readonly close: () => void;
}

export function TerminalSearch({ live, close }: TerminalSearchProps) {
  const [text, setText] = useState('');
  const [found, setFound] = useState(true);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const find = (wanted: string, back = false) => setFound(wanted === '' || live.findNext(wanted, back));
  const end = () => {
    live.endFind();
    close();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') end();
    if (event.key === 'Enter') find(text, event.shiftKey);
  };
  return (
    <search className="terminal-search">
      <input
        ref={field}
        className="field mono"
        aria-label="Find in the terminal"
        placeholder="Find"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          find(event.target.value);
        }}
        onKeyDown={pressed}
      />
      {!found && <span className="dim">nothing found</span>}
      <button type="button" className="icon-button" aria-label="Previous" onClick={() => find(text, true)}>
        <ChevronUp size={14} />
      </button>
      <button type="button" className="icon-button" aria-label="Next" onClick={() => find(text)}>
        <ChevronDown size={14} />
      </button>
      <button type="button" className="icon-button" aria-label="End the search" onClick={end}>
        <X size={14} />
      </button>
    </search>
  );
}
