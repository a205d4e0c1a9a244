// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { commandFault } from './commands.ts';
import { claimsOf } from './markdown.ts';
import { linkFault, pathFault } from './paths.ts';
import { symbolFault } from './symbols.ts';

test('finds what a page claims, with its line', () => {
  const page = [
    '# A',
    'See `tools/check.ts` and [it](docs/a.md).',
    '```sh',
    'npm start   # begin',
    '```',
    '```c',
    'int x;',
    '```',
  ];
  expect(claimsOf(page.join('\n'))).toEqual([
    { kind: 'code', text: 'npm start', line: 4 },
    { kind: 'code', text: 'tools/check.ts', line: 2 },
    { kind: 'link', text: 'docs/a.md', line: 2 },
  ]);
});

test.each([
  'npm run fly',
  'pnpm fly',
  'pnpm --filter nobody build',
  'pnpm --filter unetmap fly',
  'make -C nowhere',
  'RINGLAB_PORT=1 npm run fly',
])('no such command: %s', (command) => expect(commandFault(command)).toContain(command));

test.each([
  'npm start',
  'npm run check',
  'pnpm check',
  'pnpm install',
  'pnpm --filter unetmap build',
  'make -C packages/unetmap check',
  'RINGLAB_PORT=1 npm start',
])('a command that is there: %s', (command) => expect(commandFault(command)).toBeUndefined());

test.each(['tools/gone.mjs', 'tools/*.rs', 'gone.yaml', 'apps/server/src/gone/'])(
  'no such path: %s',
  (path) => {
    expect(pathFault('README.md', path)).toContain(path);
  },
);

test.each([
  'tools/start.mjs',
  'tools/',
  'knip.json',
  'apps/web/dist',
  'node_modules/of-another-day',
  'labs/NN-slug/',
  'unetmap/kernel',
  '/dev/netmap',
  'vale0:1',
])('a path that is there, or none of ours: %s', (path) =>
  expect(pathFault('README.md', path)).toBeUndefined(),
);

test('a link that leads nowhere', () => {
  expect(linkFault('README.md', 'docs/gone.md')).toContain('docs/gone.md');
  expect(linkFault('README.md', 'package.json#scripts')).toBeUndefined();
  expect(linkFault('README.md', 'https://example.org')).toBeUndefined();
});

test('a symbol that no source knows', () => {
  // Put together here, so that this file does not know it either.
  expect(symbolFault(['frobnicate', 'Everything'].join(''))).toContain('no source knows');
  expect(symbolFault('SandboxDriver')).toBeUndefined();
  expect(symbolFault('word')).toBeUndefined();
});
