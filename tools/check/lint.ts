// SPDX-License-Identifier: BSD-2-Clause
import type { Check } from './check.ts';
import { faultsOfTool } from './tool.ts';

export const lint: Check = {
  name: 'lint',
  proves: 'Biome finds nothing, and would format nothing otherwise',
  run: () => faultsOfTool(['node_modules/.bin/biome', 'check', '--colors=off', '--error-on-warnings', '.']),
};
