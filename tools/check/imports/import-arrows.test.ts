// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { edgesOf } from './edges.ts';
import { PARTS, ROOMS } from './house.ts';
import { faultsOf } from './import-arrows.ts';

const everywhere = () => true;

function faults(from: string, text: string): string[] {
  return faultsOf(edgesOf(from, text), everywhere).map(({ message }) => message);
}

const FORBIDDEN: readonly [why: string, from: string, text: string, says: RegExp][] = [
  ['web -> labkit', 'apps/web/src/rates/a.ts', "import { x } from '@ringlab/labkit';", /nothing of Node/],
  ['web -> Node bindings', 'apps/web/src/api/a.ts', "import '@ringlab/netmap-bindings';", /nothing of Node/],
  [
    'web -> server, by path',
    'apps/web/src/api/a.ts',
    "import '../../../server/src/main.ts';",
    /nothing of Node/,
  ],
  [
    'server -> web',
    'apps/server/src/store/a.ts',
    "import '../../../web/src/main.tsx';",
    /no app imports an app/,
  ],
  [
    'server -> protocol by path',
    'apps/server/src/store/a.ts',
    "import '../../../../packages/protocol/src/index.ts';",
    /by its name/,
  ],
  [
    'labkit -> server',
    'packages/labkit/src/a.ts',
    "export * from '../../../apps/server/src/config.ts';",
    /no package imports an app/,
  ],
  [
    'protocol -> labkit',
    'packages/protocol/src/a.ts',
    "import type { Lab } from '@ringlab/labkit';",
    /protocol stands alone/,
  ],
  [
    'layout -> protocol',
    'packages/netmap-bindings/src/layout/a.ts',
    "import '@ringlab/protocol';",
    /stands alone/,
  ],
  [
    'bindings -> protocol',
    'packages/netmap-bindings/src/a.ts',
    "import '@ringlab/protocol';",
    /nothing of the house/,
  ],
  ['lab -> protocol', 'labs/03-sink/checks.ts', "import '@ringlab/protocol';", /labkit and nothing else/],
  ['bench -> server', 'bench/a.ts', "import '../apps/server/src/main.ts';", /Benchmarks/],
  ['e2e -> server', 'e2e/a.ts', "import '../apps/server/src/main.ts';", /from outside/],
  [
    'a deep import',
    'apps/web/src/api/a.ts',
    "import '@ringlab/protocol/src/runs.ts';",
    /no part that others may import/,
  ],
  [
    'feature -> feature',
    'apps/web/src/rates/a.ts',
    "import '../topology/b.ts';",
    /no feature imports another/,
  ],
  ['feature -> shell', 'apps/web/src/editor/a.ts', "import '../shell/b.ts';", /shell alone composes/],
  ['api -> feature', 'apps/web/src/api/a.ts', "import '../editor/b.ts';", /only door/],
  ['store -> sandbox', 'apps/server/src/store/a.ts', "import '../sandbox/limits.ts';", /store knows nothing/],
  [
    'sandbox -> store',
    'apps/server/src/sandbox/a.ts',
    "import '../store/store.ts';",
    /Sandboxes know nothing/,
  ],
  ['an unknown folder', 'apps/server/src/helpers/a.ts', "import '../store/store.ts';", /No rule knows/],
  [
    'processes outside a driver',
    'apps/server/src/builds/a.ts',
    "import { spawn } from 'node:child_process';",
    /Only a sandbox driver/,
  ],
  [
    'a pty outside a driver',
    'apps/server/src/terminals/a.ts',
    "const p = await import('@lydell/node-pty');",
    /Only a sandbox driver/,
  ],
  ['Express outside http', 'apps/server/src/ws/a.ts', "import express from 'express';", /Only http/],
  ['ws outside ws', 'apps/server/src/http/a.ts', "import type { WebSocket } from 'ws';", /Only ws/],
  [
    'SQL outside store',
    'apps/server/src/sessions/a.ts',
    "import { DatabaseSync } from 'node:sqlite';",
    /Only store/,
  ],
  [
    'Node in the browser',
    'packages/protocol/src/a.ts',
    "import { readFileSync } from 'node:fs';",
    /has no Node/,
  ],
  ['a type import of Node', 'apps/web/src/api/a.ts', "type A = import('node:fs').Stats;", /has no Node/],
  [
    'the list of drivers',
    'apps/server/src/sessions/a.ts',
    "import '../sandbox/drivers.ts';",
    /main\.ts and labs\.ts alone/,
  ],
  [
    'a concrete driver',
    'apps/server/src/sandbox/pool.ts',
    "import './bubblewrap/driver.ts';",
    /named in sandbox\/drivers/,
  ],
];

test.each(FORBIDDEN)('refuses %s', (_why, from, text, says) => {
  expect(faults(from, text)).toEqual([expect.stringMatching(says)]);
});

const ALLOWED: readonly [from: string, text: string][] = [
  [
    'apps/web/src/rates/a.tsx',
    "import { x } from '@ringlab/protocol'; import '@ringlab/netmap-bindings/layout';",
  ],
  ['apps/web/src/shell/a.tsx', "import '../editor/editor-panel.tsx'; import '../api/index.ts';"],
  ['apps/web/src/editor/a.ts', "import worker from './w.ts?worker'; import 'monaco-editor';"],
  ['apps/server/src/main.ts', "import './sandbox/drivers.ts'; import './store/store.ts';"],
  ['apps/server/src/sandbox/drivers.ts', "import './bubblewrap/driver.ts';"],
  [
    'apps/server/src/sandbox/bubblewrap/driver.ts',
    "import { spawn } from 'node:child_process'; import '../limits.ts';",
  ],
  ['apps/server/src/ws/a.ts', "import { WebSocketServer } from 'ws';"],
  ['packages/labkit/src/a.ts', "import '@ringlab/protocol'; import '@ringlab/netmap-bindings/layout';"],
  ['labs/03-sink/checks.ts', "import { udp } from '@ringlab/labkit';"],
];

test.each(ALLOWED)('allows %s', (from, text) => {
  expect(faults(from, text)).toEqual([]);
});

test('refuses files that import each other in a ring', () => {
  const edges = [
    ...edgesOf('tools/a.ts', "import './b.ts';"),
    ...edgesOf('tools/b.ts', "import './c.ts';"),
    ...edgesOf('tools/c.ts', "import type { A } from './a.ts';"),
  ];
  const [ring] = faultsOf(edges, everywhere);
  expect(ring?.message).toContain('tools/a.ts -> tools/b.ts -> tools/c.ts');
});

test('refuses a file that is not there, and says in which line', () => {
  const edges = edgesOf('tools/a.ts', "\n\nimport './lost';");
  expect(faultsOf(edges, () => false)).toMatchObject([{ path: 'tools/a.ts', line: 3 }]);
});

test('every arrow carries a sentence, and leads to a part or a room that is there', () => {
  for (const place of [...PARTS, ...ROOMS]) expect(place.says).toMatch(/\.$/);
  const parts = PARTS.map(({ name }) => name);
  for (const { may } of PARTS) expect(parts).toEqual(expect.arrayContaining([...may]));
  for (const { part, may } of ROOMS) {
    const rooms = ROOMS.filter((room) => room.part === part).map(({ name }) => name);
    expect(rooms).toEqual(expect.arrayContaining([...may]));
  }
});
