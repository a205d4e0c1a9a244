// SPDX-License-Identifier: BSD-2-Clause
import type { CheckResult, LabStep } from '@ringlab/protocol';
import { describe, expect, it } from 'vitest';
import { settleOutcomes, stepStates } from './step-progress.ts';

const step = (id: string, ...checks: string[]): LabStep => ({ id, title: id, text: '', checks, hints: [] });
const result = (id: string, state: CheckResult['state']): CheckResult => ({ id, title: id, state });

describe('stepStates', () => {
  const steps = [step('open', 'opens'), step('count', 'counts', 'ignores'), step('sleep', 'sleeps')];

  it('makes the first step current before anything was checked', () => {
    expect(stepStates(steps, {})).toEqual(['current', 'ahead', 'ahead']);
  });

  it('ticks a step only when all of its checks hold', () => {
    expect(stepStates(steps, { opens: true, counts: true })).toEqual(['done', 'current', 'ahead']);
    expect(stepStates(steps, { opens: true, counts: true, ignores: false })).toEqual([
      'done',
      'current',
      'ahead',
    ]);
    expect(stepStates(steps, { opens: true, counts: true, ignores: true })).toEqual([
      'done',
      'done',
      'current',
    ]);
  });

  it('ticks a later step while an earlier one is broken again', () => {
    expect(stepStates(steps, { opens: false, sleeps: true })).toEqual(['current', 'ahead', 'done']);
  });

  it('has no current step when all is done', () => {
    expect(stepStates([step('a', 'x')], { x: true })).toEqual(['done']);
  });

  it('counts a step that is only to be read as done when a later one is', () => {
    const withReading = [step('read'), step('open', 'opens')];
    expect(stepStates(withReading, {})).toEqual(['current', 'ahead']);
    expect(stepStates(withReading, { opens: true })).toEqual(['done', 'done']);
  });
});

describe('settleOutcomes', () => {
  it('keeps what was known while a new run is waiting and running', () => {
    const before = { opens: true, counts: false };
    expect(settleOutcomes(before, [result('opens', 'waiting'), result('counts', 'running')])).toBe(before);
  });

  it('takes what was judged, and leaves skipped checks as they were', () => {
    const judged = [result('opens', 'failed'), result('counts', 'passed'), result('sleeps', 'skipped')];
    expect(settleOutcomes({ opens: true }, judged)).toEqual({ opens: false, counts: true });
  });
});
