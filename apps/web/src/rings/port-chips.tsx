// SPDX-License-Identifier: BSD-2-Clause
import { MAX_WATCHED_PORTS } from '@ringlab/protocol';

interface PortChipsProps {
  readonly known: readonly string[];
  readonly chosen: readonly string[];
  readonly onChoose: (ports: readonly string[]) => void;
}

/** Which ports' rings are shown; a click adds one or takes it away, and one always stays. */
export function PortChips({ known, chosen, onChoose }: PortChipsProps) {
  const toggle = (port: string) => {
    if (!chosen.includes(port)) onChoose([...chosen, port].slice(-MAX_WATCHED_PORTS));
    else if (chosen.length > 1) onChoose(chosen.filter((other) => other !== port));
  };
  return (
    <fieldset className="rings-ports">
      <legend>Ports</legend>
      {[...new Set([...known, ...chosen])].map((port) => (
        <button
          key={port}
          type="button"
          className="rings-port mono"
          aria-pressed={chosen.includes(port)}
          onClick={() => toggle(port)}
        >
          {port}
        </button>
      ))}
    </fieldset>
  );
}
