// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import { mustBeFor } from './vm.ts';

it('says for which kernel modules have to be built, when some were added for another one', () => {
  expect(() => mustBeFor('6.1.0-2', ['6.1.0-2'])).not.toThrow();
  expect(() => mustBeFor('6.1.0-2', ['6.1.0-1', '6.1.0-2'])).toThrow(
    /kernel is 6\.1\.0-2, .*modules for 6\.1\.0-1, which it cannot load/,
  );
});
