// SPDX-License-Identifier: BSD-2-Clause
import type { LabSummary } from '@ringlab/protocol';
import { describe, expect, it } from 'vitest';
import { clockText, coursePath, stateWords } from './course-path.ts';

const lab = (slug: string, rest: Partial<LabSummary>): LabSummary => ({
  slug,
  title: slug,
  summary: '',
  minutes: 25,
  core: true,
  open: true,
  solutionOpen: false,
  passed: 0,
  checks: 4,
  ...rest,
});

describe('coursePath', () => {
  const path = coursePath([
    lab('03-sink', { passed: 4 }),
    lab('04-forward', { passed: 1, minutes: 40 }),
    lab('05-zero-copy', {}),
    lab('06-vale', { open: false }),
    lab('09-vm', { missing: 'No VM driver.' }),
  ]);

  it('says of each lab where the person stands', () => {
    expect(path.map(({ state }) => state)).toEqual(['done', 'begun', 'open', 'closed', 'missing']);
    expect(path.map(stateWords)).toEqual([
      'done',
      '1 of 4 checks pass',
      '4 checks',
      'closed until the instructor opens it',
      'cannot run here',
    ]);
  });

  it('adds up the day', () => {
    expect(path.map(({ startMinutes = -1 }) => clockText(startMinutes))).toEqual([
      '0:00',
      '0:25',
      '1:05',
      '1:30',
      '1:55',
    ]);
  });

  it('has a clock for the day, and none for what is beyond it', () => {
    const labs = [lab('a', {}), lab('b', { core: false }), lab('c', {})];
    expect(coursePath(labs).map(({ startMinutes }) => startMinutes)).toEqual([0, undefined, 25]);
    const unsaid = labs.map((each) => ({ ...each, core: false }));
    expect(coursePath(unsaid).map(({ startMinutes }) => startMinutes)).toEqual([0, 25, 50]);
  });

  it('goes on with the first lab that can be worked on', () => {
    expect(path.findIndex(({ isNext }) => isNext)).toBe(1);
    expect(
      coursePath([lab('a', { passed: 4 }), lab('b', { open: false })]).some(({ isNext }) => isNext),
    ).toBe(false);
  });

  it('keeps a lab done that was closed afterwards, and none done that has no checks', () => {
    expect(coursePath([lab('a', { passed: 4, open: false })])[0]?.state).toBe('done');
    expect(coursePath([lab('a', { checks: 0 })])[0]?.state).toBe('open');
  });
});
