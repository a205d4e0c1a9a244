// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { added, inWords, judged } from './counts.mjs';
import { countsInOutput, rounds, SUITES } from './suites.mjs';

const fine = { code: 0, strict: false };

test('takes what the report says', () => {
  expect(judged({ passed: 3, failed: 0, skipped: 1 }, fine)).toEqual({ passed: 3, failed: 0, skipped: 1 });
  expect(judged({ passed: 3, failed: 2, skipped: 0 }, { code: 1, strict: false })).toMatchObject({
    failed: 2,
  });
});

test('a suite that died, that left no report, or that ran nothing has failed', () => {
  expect(judged(undefined, fine)).toMatchObject({ failed: 1 });
  expect(judged({ passed: 3, failed: 0, skipped: 0 }, { code: 1, strict: false })).toMatchObject({
    passed: 3,
    failed: 1,
  });
  expect(judged({ passed: 0, failed: 0, skipped: 0 }, fine)).toMatchObject({ failed: 1 });
});

test('where nothing may be skipped, what is skipped has failed', () => {
  expect(judged({ passed: 3, failed: 0, skipped: 2 }, { code: 0, strict: true })).toEqual({
    passed: 3,
    failed: 2,
    skipped: 0,
  });
});

test('adds up and says it in the words that scripts read', () => {
  const sum = added({ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 20, skipped: 30 });
  expect(inWords(sum)).toBe('11 passed, 22 failed, 33 skipped');
  const output = 'part: 1 passed, 0 failed, 5 skipped\n11 passed, 22 failed, 33 skipped\nmake: *** Error 1\n';
  expect(countsInOutput(output)).toEqual(sum);
  expect(countsInOutput('make: *** Error 2')).toBeUndefined();
});

test('a suite runs beside the one before it only when it may', () => {
  const names = (suites: typeof SUITES) => rounds(suites).map((round) => round.map(({ name }) => name));
  expect(names(SUITES)).toEqual([['check', 'unetmap'], ['unit'], ['e2e']]);
  expect(names(SUITES.filter(({ name }) => name !== 'check'))).toEqual([['unetmap'], ['unit'], ['e2e']]);
});
