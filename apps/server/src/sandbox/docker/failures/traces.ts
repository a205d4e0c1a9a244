// SPDX-License-Identifier: BSD-2-Clause
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { until } from '../../contract/inside.ts';
import { Daemon } from '../daemon.ts';
import type { TestDaemon } from '../test-daemon.ts';

interface Traces {
  readonly containers: number;
  readonly processes: number;
  readonly mounts: number;
  readonly files: number;
  readonly ownDescriptors: number;
}

/** Everything on this machine that containers of that daemon could leave. */
async function tracesOf(daemon: TestDaemon): Promise<Traces> {
  const containers = await new Daemon(daemon.socketPath).docker.listContainers({ all: true });
  return {
    containers: containers.length,
    processes: processesOf(daemon),
    mounts: daemon.mounts().length,
    files: ['data/containers', 'data/overlay2', 'exec', 'exec-containerd'].flatMap((name) =>
      below(daemon.inside(name)),
    ).length,
    ownDescriptors: readdirSync('/proc/self/fd').length,
  };
}

function below(folder: string): string[] {
  return readdirSync(folder, { recursive: folder.includes('/exec') }).map(String);
}

/** What supervises a container names the daemon's folder; what runs in one is below it. */
function processesOf(daemon: TestDaemon): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const cmdline = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  return pids.map(cmdline).filter((text) => text.includes(daemon.folder) || text.includes('ringlab-agent\0c'))
    .length;
}

/** Does it, and waits until there is no more on this machine than before. */
export async function leavingNothing<T>(daemon: TestDaemon, what: () => Promise<T>): Promise<T> {
  const before = await tracesOf(daemon);
  const result = await what();
  // Something of an earlier test may have been about to go before: fewer is as good.
  let more: readonly string[] = [];
  await until(async () => {
    const after = await tracesOf(daemon);
    const names = Object.keys(before) as (keyof Traces)[];
    more = names.flatMap((name) =>
      after[name] > before[name] ? [`${after[name] - before[name]} ${name}`] : [],
    );
    return more.length === 0;
  }, 'the traces going').catch(() => undefined);
  expect(more).toEqual([]);
  return result;
}
