// SPDX-License-Identifier: BSD-2-Clause
import type { Check } from './check.ts';
import { readSource, sources } from './sources.ts';

const SOURCE_FILES = '**/*.{ts,tsx,mjs,c,h,css,sh}';

export const licenseLines: Check = {
  name: 'license-lines',
  proves: 'every source file names its license in its first two lines',
  run: async () =>
    sources(SOURCE_FILES)
      .filter((path) => !namesLicense(readSource(path)))
      .map((path) => ({ path, message: 'the first lines do not say SPDX-License-Identifier: BSD-2-Clause' })),
};

export function namesLicense(text: string): boolean {
  return text.split('\n', 2).some((line) => line.includes('SPDX-License-Identifier: BSD-2-Clause'));
}
