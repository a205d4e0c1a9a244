// SPDX-License-Identifier: BSD-2-Clause
import type { ProcessState } from '@ringlab/protocol';
import { exitOf } from '../units/exit.ts';

type NodeLight = 'off' | 'waiting' | 'running' | 'ended' | 'failed';

export interface ProcessWords {
  readonly light: NodeLight;
  readonly words: string;
}

/** What a process does, as a light and in words; undefined before its first run. In a run that has ended, nothing waits any more. */
export function processWords(process: ProcessState | undefined, runEnded = false): ProcessWords {
  if (process === undefined || (runEnded && process.state === 'waiting'))
    return { light: 'off', words: 'not started' };
  switch (process.state) {
    case 'waiting':
      return { light: 'waiting', words: 'waiting' };
    case 'running':
      return { light: 'running', words: process.cpu === undefined ? 'running' : cpuWords(process.cpu) };
    case 'exited':
      return exitWords(process);
  }
}

const cpuWords = (cpu: number) => `${Math.round(cpu * 100)} % CPU`;

/** In the few words that fit a node; `exit.words` has the sentence. */
function exitWords({ exit }: ProcessState): ProcessWords {
  if (exit === undefined) return { light: 'ended', words: 'ended' };
  const how = exitOf(exit);
  if (how !== 'failed') return { light: 'ended', words: how };
  return { light: 'failed', words: exit.signal ?? `exit code ${exit.code}` };
}
