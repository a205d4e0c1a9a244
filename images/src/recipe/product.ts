// SPDX-License-Identifier: BSD-2-Clause
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PNPM, ROOT } from '../../../tools/prepare/repository.mjs';
import { run } from '../run.ts';
import type { Stage } from '../stages/stage.ts';
import type { Workshop } from '../workshop.ts';
import { MIB } from './recipe.ts';
import { packPath } from './tar.ts';

/** Where the product lies in the live image. */
export const PLACE = 'srv/ringlab';

const MANIFESTS = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'];
const SOURCES = [
  ...['apps/server', 'labs', 'packages/labkit', 'packages/protocol', 'packages/netmap-bindings'],
  ...['images/package.json', 'images/src/image'],
];
const WEB = 'apps/web/dist';
const LEFT_OUT = new Set(['node_modules', 'build', 'dist', '.tsbuild', '.data']);

/** Times and places of this machine, which pnpm writes down for its next run; there is none. */
const NOTES = [
  'node_modules/.modules.yaml',
  'node_modules/.pnpm-workspace-state-v1.json',
  'node_modules/.pnpm/lock.yaml',
];

/** The server, its packages, the built web application and the labs, with the Node that runs them. */
export function product(workshop: Workshop): Stage {
  return {
    name: 'product',
    title: 'Packing Ringlab itself',
    after: [],
    inputs: { paths: [...MANIFESTS, ...SOURCES, WEB].map((path) => join(ROOT, path)) },
    output: join(workshop.work, 'product.tar'),
    weight: 20,
    diskBytes: 400 * MIB,
    make: async (to, show) => {
      const folder = `${to}.folder`;
      const place = join(folder, PLACE);
      await rm(folder, { recursive: true, force: true });
      await mkdir(place, { recursive: true });
      for (const path of [...MANIFESTS, ...SOURCES]) await copy(path, place);
      await cp(join(ROOT, WEB), join(place, WEB), { recursive: true });
      await installInto(place, show);
      await packPath(folder, PLACE, to);
      await rm(folder, { recursive: true });
    },
  };
}

function copy(path: string, place: string): Promise<void> {
  const filter = (source: string): boolean =>
    !LEFT_OUT.has(basename(source)) && !/\.test\.tsx?$/.test(source);
  return cp(join(ROOT, path), join(place, path), { recursive: true, filter });
}

/** What the server needs to run, from pnpm's store where it is there already. */
async function installInto(place: string, show: (detail: string) => void): Promise<void> {
  const which = ['ringlab', '@ringlab/server...', '@ringlab/labs...'].map((name) => `--filter=${name}`);
  const how = [
    '--prod',
    '--frozen-lockfile',
    '--prefer-offline',
    '--ignore-scripts',
    '--package-import-method=copy',
  ];
  await run(['npx', '-y', PNPM, 'install', ...how, ...which, '--reporter=append-only'], {
    cwd: place,
    onLine: show,
  });
  for (const note of NOTES) await rm(join(place, note), { force: true });
  await writeFile(
    join(place, 'README'),
    'The Netmap framework for NFV applications, offline: http://127.0.0.1:8080\n',
  );
}
