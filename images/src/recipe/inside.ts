// SPDX-License-Identifier: BSD-2-Clause
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';
import type { Stage } from '../stages/stage.ts';
import type { Workshop } from '../workshop.ts';
import { GIB, MIB } from './recipe.ts';
import { AGENT_SOURCES, GUEST_SOURCES, UNETMAP_SOURCES } from './sources.ts';
import { packPath } from './tar.ts';

/** The root as a folder, for running its own compiler. */
export function unpackedRoot(root: Stage, workshop: Workshop): Stage {
  return {
    name: 'unpacked-root',
    title: 'Unpacking the root',
    after: [root],
    inputs: {},
    output: join(workshop.work, 'unpacked-root'),
    weight: 15,
    diskBytes: GIB,
    make: async (to, show) => {
      await mkdir(to, { recursive: true });
      show('');
      await run(['tar', '-x', '-f', root.output, '-C', to, '--no-same-owner', '--exclude=./dev/*']);
    },
  };
}

/** unetmap, its tools and the sandboxes' agent, compiled inside the root, as a tarball of /opt/ringlab. */
export function toolsForRoot(unpacked: Stage, workshop: Workshop): Stage {
  const script = join(GUEST_SOURCES, 'build-tools.sh');
  return {
    name: 'tools',
    title: 'Building unetmap for the root',
    after: [unpacked],
    inputs: { paths: [...UNETMAP_PARTS, AGENT_SOURCES, script] },
    output: join(workshop.work, 'tools.tar'),
    weight: 40,
    diskBytes: 100 * MIB,
    make: async (to, show) => {
      const made = `${to}.folder`;
      await mkdir(made, { recursive: true });
      const reads = { unetmap: UNETMAP_SOURCES, agent: AGENT_SOURCES, 'build.sh': script };
      const command = ['sh', 'in/build.sh', '/tmp/in/unetmap', '/tmp/in/agent', '/tmp/out'];
      await runInside(unpacked.output, reads, made, command, show);
      await packPath(made, 'opt/ringlab', to);
      await rm(made, { recursive: true });
    },
  };
}

/** What `make` without a target reads. */
const UNETMAP_PARTS = ['Makefile', 'include', 'src', 'tools', 'modules'].map((name) =>
  join(UNETMAP_SOURCES, name),
);

/**
 * Runs a command in an unpacked root, without a network. It reads the host's folders at /tmp/in/NAME, and what it
 * writes to /tmp/out is in `out`.
 */
export async function runInside(
  root: string,
  reads: Readonly<Record<string, string>>,
  out: string,
  command: readonly string[],
  show: (detail: string) => void,
): Promise<void> {
  const binds = Object.entries(reads).flatMap(([name, path]) => ['--ro-bind', path, `/tmp/in/${name}`]);
  const argv = [
    ...['bwrap', '--unshare-all', '--die-with-parent', '--clearenv', '--setenv', 'PATH', '/usr/bin:/bin'],
    ...['--setenv', 'LC_ALL', 'C.UTF-8', '--ro-bind', root, '/', '--proc', '/proc', '--dev', '/dev'],
    ...['--tmpfs', '/tmp', ...binds, '--bind', out, '/tmp/out', '--chdir', '/tmp', '--'],
  ];
  await run([...argv, ...command], { onLine: show });
}
