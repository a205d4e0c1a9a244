// SPDX-License-Identifier: BSD-2-Clause
import type { ProvisionLine } from '@ringlab/protocol';
import { lineText } from './report.ts';

/** Where it is told: standard output, or what a test reads. */
export interface Teller {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Tells each line as soon as it is known how it went; on a terminal, the one that is worked on stands below, and changes. */
export function follow(to: Teller): (line?: ProvisionLine) => void {
  const isTerminal = to.isTTY === true;
  const anew = isTerminal ? '\r\u001b[K' : '';
  return (line) => {
    if (line?.tookMs !== undefined) to.write(`${anew}${lineText(line, isTerminal)}\n`);
    else if (line?.state === 'working' && isTerminal)
      to.write(`${anew}${lineText(line, false).slice(0, (to.columns ?? 80) - 1)}`);
  };
}
