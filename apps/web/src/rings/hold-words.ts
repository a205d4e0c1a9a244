// SPDX-License-Identifier: BSD-2-Clause
import type { RingHold } from '@ringlab/protocol';

const CALLS = { '': '', txsync: 'NIOCTXSYNC', rxsync: 'NIOCRXSYNC', poll: 'poll()' } as const;

/** Where a program stands that is held, and what its next step is. */
export function holdWords(hold: RingHold, isOpen: boolean): string {
  const call = CALLS[hold.call];
  if (!isOpen) return `Whoever opens ${hold.port} stops at the first sync.`;
  switch (hold.phase) {
    case 'before':
      return `${call} called; nothing has happened yet. A step makes the call.`;
    case 'after':
      return `${call} done: the rings are synced. A step lets the program see them and go on.`;
    case 'inside':
      return hold.call === 'poll' ? 'poll() waits until there is something to do.' : `${call} goes on.`;
    case 'program':
      return hold.call === '' ? 'The program stops at its next sync.' : 'The program works on its slots.';
  }
}
