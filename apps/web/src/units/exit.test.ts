// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { exitOf } from './exit.ts';

test.each([
  [{ code: 0 }, 'finished'],
  [{ code: 1 }, 'failed'],
  [{ signal: 'SIGINT' }, 'stopped'],
  [{ signal: 'SIGTERM' }, 'stopped'],
  [{ signal: 'SIGSEGV' }, 'failed'],
  [{ signal: 'SIGKILL' }, 'failed'],
])('%o has %s', (exit, how) => {
  expect(exitOf(exit)).toBe(how);
});
