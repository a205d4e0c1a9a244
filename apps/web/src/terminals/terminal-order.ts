// SPDX-License-Identifier: BSD-2-Clause
import type { TerminalInfo } from '@ringlab/protocol';

const KINDS: readonly TerminalInfo['kind'][] = ['build', 'process', 'check', 'shell'];

/** The order of the tabs, and so of Alt+1 to Alt+9: the build, the lab's processes, then what was opened by hand. */
export function orderTerminals(terminals: readonly TerminalInfo[]): TerminalInfo[] {
  return terminals.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}
