// SPDX-License-Identifier: BSD-2-Clause
import type { DeckSummary, LabSummary } from '@ringlab/protocol';
import { expect, test } from 'vitest';
import { dayPath } from './day-path.ts';

const lab = (slug: string): LabSummary => ({
  ...{
    slug,
    title: slug,
    summary: '',
    minutes: 10,
    core: true,
    open: true,
    solutionOpen: false,
    passed: 0,
    checks: 1,
  },
});
const deck = (slug: string, before?: string): DeckSummary => ({
  ...{ slug, title: slug, summary: '', minutes: 20, slides: 3, ...(before && { before }) },
});

test('lectures stand before their labs, and take their time', () => {
  const day = dayPath(
    [lab('00-tour'), lab('02-rings'), lab('06-vale')],
    [deck('01-why', '00-tour'), deck('02-api', '02-rings'), deck('03-vale', '05-gone'), deck('08-end')],
  );
  const told = day.map((each) =>
    each.kind === 'lab' ? [each.stop.lab.slug, each.stop.startMinutes] : [each.deck.slug, each.startMinutes],
  );
  expect(told).toEqual([
    ['01-why', 0],
    ['00-tour', 20],
    ['02-api', 30],
    ['02-rings', 50],
    ['03-vale', 60],
    ['06-vale', 80],
    ['08-end', 90],
  ]);
});
