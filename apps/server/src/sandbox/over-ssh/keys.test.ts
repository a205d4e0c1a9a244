// SPDX-License-Identifier: BSD-2-Clause
import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { newKeyPair } from './keys.ts';

test('every key pair that is made can be read', () => {
  const pairs = Array.from({ length: 1500 }, newKeyPair);
  const unreadable = pairs.filter((pair) => ssh2.utils.parseKey(pair.private) instanceof Error);
  expect(unreadable).toEqual([]);
});
