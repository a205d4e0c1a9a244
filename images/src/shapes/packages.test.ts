// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import { installed } from './packages.ts';

it('lists what dpkg installed, sorted, and nothing that was removed', () => {
  const entry = (name: string, status: string, version: string): string =>
    `Package: ${name}\nStatus: ${status}\nArchitecture: amd64\nVersion: ${version}\nDescription: ${name}\n Version: none`;
  const status = [
    entry('make', 'install ok installed', '4.3-4.1'),
    entry('gone', 'deinstall ok config-files', '1'),
    entry('gcc', 'install ok installed', '4:12.2.0-3'),
  ].join('\n\n');
  expect(installed(status)).toEqual({
    packages: [
      { name: 'gcc', version: '4:12.2.0-3' },
      { name: 'make', version: '4.3-4.1' },
    ],
    architecture: 'amd64',
  });
});
