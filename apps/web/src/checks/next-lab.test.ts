// SPDX-License-Identifier: BSD-2-Clause
import type { LabSummary } from '@ringlab/protocol';
import { expect, test } from 'vitest';
import { nextLab } from './next-lab.ts';

function lab(slug: string, more: Partial<LabSummary> = {}): LabSummary {
  return {
    slug,
    title: slug,
    summary: '',
    minutes: 10,
    checks: 3,
    passed: 0,
    open: true,
    core: true,
    solutionOpen: false,
    ...more,
  };
}

test.each<[string, LabSummary[], string | undefined]>([
  ['the one after it', [lab('a'), lab('b'), lab('c'), lab('d')], 'c'],
  ['one that was begun', [lab('b'), lab('c', { passed: 2 })], 'c'],
  ['none that is done', [lab('b'), lab('c', { passed: 3 }), lab('d')], 'd'],
  ['none that is closed', [lab('b'), lab('c', { open: false }), lab('d')], 'd'],
  ['none that cannot run here', [lab('b'), lab('c', { missing: 'No device.' }), lab('d')], 'd'],
  ['none before it', [lab('a'), lab('b'), lab('c', { passed: 3 })], undefined],
  ['none after the last', [lab('a'), lab('b')], undefined],
])('after a lab comes %s', (_, labs, expected) => {
  expect(nextLab(labs, 'b')?.slug).toBe(expected);
});
