// SPDX-License-Identifier: BSD-2-Clause
import type { CheckResult, CheckRunState } from '@ringlab/protocol';
import { describe, expect, it } from 'vitest';
import { checkWords, isStale } from './check-progress.ts';

const result = (state: CheckResult['state'], index = 0): CheckResult => ({
  id: `c${index}`,
  title: 'counts',
  state,
});
const run = (phase: CheckRunState['phase'], ...states: CheckResult['state'][]): CheckRunState => ({
  checkRunId: 'c',
  phase,
  startedAtMs: 0,
  results: states.map(result),
  passed: phase === 'ended' && states.length > 0 && states.every((state) => state === 'passed'),
  versions: { 'sink.c': 4 },
});

it.each([
  [run('preparing', 'waiting'), 'Preparing a fresh sandbox'],
  [run('checking', 'passed', 'running', 'waiting'), 'Checking 2 of 3'],
  [run('checking', 'passed', 'passed'), 'Checking 2 of 2'],
  [run('ended', 'passed', 'failed', 'skipped'), '1 of 3 checks pass.'],
  [run('ended', 'passed', 'passed'), 'All 2 checks pass.'],
  [run('ended', 'passed'), 'The check passes.'],
  [run('ended', 'waiting'), 'Nothing was judged.'],
])('says it in words', (check, words) => {
  expect(checkWords(check)).toBe(words);
});

describe('isStale', () => {
  const file = (version: number, saveState = 'saved', path = 'sink.c') => ({ path, version, saveState });

  it('notices that judged code has changed, saved or not', () => {
    expect(isStale(run('ended', 'passed'), [file(4)])).toBe(false);
    expect(isStale(run('ended', 'passed'), [file(5)])).toBe(true);
    expect(isStale(run('ended', 'passed'), [file(4, 'unsaved')])).toBe(true);
  });

  it('ignores files that were not judged, and a run that goes on', () => {
    expect(isStale(run('ended', 'passed'), [file(9, 'saved', 'notes.txt')])).toBe(false);
    expect(isStale(run('checking', 'running'), [file(5)])).toBe(false);
  });
});
