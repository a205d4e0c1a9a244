// SPDX-License-Identifier: BSD-2-Clause
import type { ProcessState } from '@ringlab/protocol';
import { expect, it } from 'vitest';
import { processWords } from './process-words.ts';

const exited = (exit: NonNullable<ProcessState['exit']>): ProcessState => ({
  name: 'sink',
  state: 'exited',
  exit,
});

it.each([
  [undefined, 'off', 'not started'],
  [{ name: 'sink', state: 'waiting' } as const, 'waiting', 'waiting'],
  [{ name: 'sink', state: 'running' } as const, 'running', 'running'],
  [{ name: 'sink', state: 'running', cpu: 0.974 } as const, 'running', '97 % CPU'],
  [exited({ code: 0, words: 'finished' }), 'ended', 'finished'],
  [exited({ signal: 'SIGTERM', words: 'stopped' }), 'ended', 'stopped'],
  [exited({ code: 1, words: 'exited with code 1' }), 'failed', 'exit code 1'],
  [exited({ signal: 'SIGSEGV', words: 'crashed with SIGSEGV in sink.c line 41' }), 'failed', 'SIGSEGV'],
])('shows what a process does: %#', (process, light, words) => {
  expect(processWords(process)).toEqual({ light, words });
});

it('says of a process that a failed build left behind that it was not started', () => {
  const left: ProcessState = { name: 'sink', state: 'waiting' };
  expect(processWords(left, true)).toEqual({ light: 'off', words: 'not started' });
  expect(processWords({ name: 'sink', state: 'running' }, true).light).toBe('running');
});
