// SPDX-License-Identifier: BSD-2-Clause
import type { ExitStatus } from '@ringlab/protocol';

export type Exit = 'finished' | 'stopped' | 'failed';

/** How a program ended. Stopped by whoever works here, or by the end of the run, it has not failed. */
export function exitOf({ code, signal }: Pick<ExitStatus, 'code' | 'signal'>): Exit {
  if (signal === 'SIGTERM' || signal === 'SIGINT') return 'stopped';
  return code === 0 ? 'finished' : 'failed';
}
