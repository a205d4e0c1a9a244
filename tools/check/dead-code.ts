// SPDX-License-Identifier: BSD-2-Clause
import type { Check } from './check.ts';
import { faultsOfTool } from './tool.ts';

export const deadCode: Check = {
  name: 'dead-code',
  proves: 'no file, export or dependency is there for nobody (knip.json)',
  run: () => faultsOfTool(['node_modules/.bin/knip', '--no-progress']),
};
