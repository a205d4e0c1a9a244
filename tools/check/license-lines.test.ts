// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { namesLicense } from './license-lines.ts';

test('wants the license in the first two lines', () => {
  expect(namesLicense('// SPDX-License-Identifier: BSD-2-Clause\n')).toBe(true);
  expect(namesLicense('#!/bin/sh\n# SPDX-License-Identifier: BSD-2-Clause\n')).toBe(true);
  expect(namesLicense('// SPDX-License-Identifier: MIT\n')).toBe(false);
  expect(namesLicense('\n\n// SPDX-License-Identifier: BSD-2-Clause\n')).toBe(false);
});
