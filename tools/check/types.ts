// SPDX-License-Identifier: BSD-2-Clause
import type { Check } from './check.ts';
import { faultsOfTool } from './tool.ts';

export const types: Check = {
  name: 'types',
  proves: 'every project compiles, and refers only to those it may use',
  run: () => faultsOfTool(['node_modules/.bin/tsc', '-b', '--pretty', 'false']),
};
