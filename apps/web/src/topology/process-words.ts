// SPDX-License-Identifier: BSD-2-Clause
import type { ProcessState } from '@ringlab/protocol';

type NodeLight = 'off' | 'waiting' | 'running' | 'ended' | 'failed';

export interface ProcessWords {
  readonly light: NodeLight;
  readonly words: string;
}

/** What a process does, as a light and in words; undefined before its first run. */
export function processWords(process: ProcessState | undefined): ProcessWords {
  if (process === undefined) return { light: 'off', words: 'not started' };
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

/** In the few words that fit a node; `exit.words` has the sentence. Stopped by the run's end is no failure. */
function exitWords({ exit }: ProcessState): ProcessWords {
  if (exit === undefined) return { light: 'ended', words: 'ended' };
  if (exit.signal === 'SIGTERM' || exit.signal === 'SIGINT') return { light: 'ended', words: 'stopped' };
  if (exit.code === 0) return { light: 'ended', words: 'finished' };
  return { light: 'failed', words: exit.signal ?? `exit code ${exit.code}` };
}
