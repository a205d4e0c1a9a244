// SPDX-License-Identifier: BSD-2-Clause
import { readdirSync, readlinkSync } from 'node:fs';
import { expect } from 'vitest';
import { until } from '../../contract/inside.ts';
import { Daemon } from '../daemon.ts';
import type { TestDaemon } from '../test-daemon.ts';

/** A daemon keeps a descriptor for a while that it may need again. */
export const DAEMON_SLACK = 6;

interface Traces {
  readonly containers: number;
  /** In the daemon's world, whatever they are called. */
  readonly processes: number;
  readonly namespaces: number;
  readonly mounts: number;
  readonly files: number;
  readonly ownDescriptors: number;
}

const NAMESPACES = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];

/** Everything on this machine that containers of that daemon could leave. */
async function tracesOf(daemon: TestDaemon): Promise<Traces> {
  const containers = await new Daemon(daemon.socketPath).docker.listContainers({ all: true });
  const processes = daemon.processes();
  return {
    containers: containers.length,
    processes: processes.length,
    namespaces: new Set(processes.flatMap(namespacesOf)).size,
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

/** Of the process whose folder in /proc that is; none of one that has just gone. */
function namespacesOf(process: string): string[] {
  try {
    return NAMESPACES.map((name) => readlinkSync(`${process}/ns/${name}`));
  } catch {
    return [];
  }
}

export interface Counted<T> {
  readonly result: T;
  readonly before: Traces;
  /** As soon as there was no more than before. */
  readonly after: Traces;
}

/** Does it, and waits until there is no more on this machine than before. */
export async function countedAround<T>(daemon: TestDaemon, what: () => Promise<T>): Promise<Counted<T>> {
  const before = await tracesOf(daemon);
  const result = await what();
  let after = before;
  await until(async () => {
    after = await tracesOf(daemon);
    return moreThan(before, after).length === 0;
  }, 'the traces going').catch(() => undefined);
  expect(moreThan(before, after)).toEqual([]);
  return { result, before, after };
}

/** The same, where only the result is asked for. */
export async function leavingNothing<T>(daemon: TestDaemon, what: () => Promise<T>): Promise<T> {
  return (await countedAround(daemon, what)).result;
}

/** Something of an earlier test may have been about to go before: fewer is as good. */
function moreThan(before: Traces, after: Traces): string[] {
  const names = Object.keys(before) as (keyof Traces)[];
  return names.flatMap((name) =>
    after[name] > before[name] ? [`${after[name] - before[name]} ${name}`] : [],
  );
}
