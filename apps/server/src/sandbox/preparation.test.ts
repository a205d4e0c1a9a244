// SPDX-License-Identifier: BSD-2-Clause

import { expect, test } from 'vitest';
import { Preparation } from './preparation.ts';

function counting(failures: number): { readonly preparation: Preparation<number>; tries(): number } {
  let tries = 0;
  const preparation = new Preparation(async () => {
    tries++;
    if (tries <= failures) throw new Error(`no ${tries}`);
    return tries;
  });
  return { preparation, tries: () => tries };
}

test('all who ask get what was made once', async () => {
  const { preparation, tries } = counting(0);
  expect(await preparation.made()).toBeUndefined();
  expect(tries()).toBe(0);
  expect(await Promise.all([preparation.get(), preparation.get()])).toEqual([1, 1]);
  expect(await preparation.made()).toBe(1);
});

test('after a failure the next who asks tries again', async () => {
  const { preparation } = counting(1);
  const refused = preparation.get();
  expect(await preparation.made()).toBeUndefined();
  await expect(refused).rejects.toThrow('no 1');
  expect(await preparation.get()).toBe(2);
});

test('what was forgotten is made anew', async () => {
  const { preparation } = counting(0);
  await preparation.get();
  preparation.forget();
  expect(await preparation.made()).toBeUndefined();
  expect(await preparation.get()).toBe(2);
});
