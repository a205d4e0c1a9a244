// SPDX-License-Identifier: BSD-2-Clause
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { finish, textOf, until } from '../../contract/inside.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { Daemon } from '../daemon.ts';
import type { TestDaemon } from '../test-daemon.ts';
import { freshDriver, type Ground } from './ground.ts';

/** `RINGLAB_TEST_CYCLES=200` is the long form. */
const CYCLES = Number(process.env.RINGLAB_TEST_CYCLES ?? 6);
/** A daemon keeps a descriptor for a while that it may need again. */
const DAEMON_SLACK = 6;

interface Traces {
  readonly containers: number;
  readonly processes: number;
  readonly mounts: number;
  readonly files: number;
  readonly ownDescriptors: number;
}

/** Everything on this machine that containers of that daemon could leave. */
async function traces(daemon: TestDaemon): Promise<Traces> {
  const containers = await new Daemon(daemon.socketPath).docker.listContainers({ all: true });
  return {
    containers: containers.length,
    processes: processesOf(daemon),
    mounts: readFileSync('/proc/self/mounts', 'utf8').split(daemon.folder).length,
    files: ['data/containers', 'data/overlay2', 'exec', 'exec-containerd'].flatMap((name) =>
      below(`${daemon.folder}/${name}`),
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

export function leftovers(ground: Ground): void {
  describe('containers leave nothing', () => {
    test(
      `after ${CYCLES} times making one, running a program that stays, and ending it`,
      async () => {
        const driver = freshDriver(ground);
        expect(await driver.probe()).toMatchObject({ usable: true });
        const daemon = ground.daemon();
        const before = await traces(daemon);
        const daemonBefore = daemon.descriptors();
        for (let i = 0; i < CYCLES; i++) {
          await using sandbox = await driver.create({ id: `cycle-${i}`, limits: DEFAULT_LIMITS });
          const staying = await sandbox.exec(['sleep', '1000'], { pty: { cols: 80, rows: 24 } });
          const stray = await sandbox.exec(['sh', '-c', 'setsid sleep 1001 & echo up; sleep 1002']);
          await sandbox.put([{ path: 'a/b', content: 'c' }]);
          expect((await finish(await sandbox.exec(['cat', 'a/b']))).out).toBe('c');
          void [textOf(staying.output), textOf(stray.output)];
        }
        // Something of an earlier test may have been about to go before: fewer is as good.
        let more: readonly string[] = [];
        await until(async () => {
          const after = await traces(daemon);
          const names = Object.keys(before) as (keyof Traces)[];
          more = names.flatMap((name) =>
            after[name] > before[name] ? [`${after[name] - before[name]} ${name}`] : [],
          );
          return more.length === 0;
        }, 'the traces going').catch(() => undefined);
        expect(more).toEqual([]);
        expect(daemon.descriptors()).toBeLessThanOrEqual(daemonBefore + DAEMON_SLACK);
      },
      60_000 + CYCLES * 5000,
    );

    test('when making one fails half way', async () => {
      const driver = freshDriver(ground);
      await driver.probe();
      const before = await traces(ground.daemon());
      const nonsense = { ...DEFAULT_LIMITS, memoryBytes: 1024 };
      await expect(driver.create({ id: 'fails', limits: nonsense })).rejects.toThrow(
        /Docker daemon refuses: .*emory/,
      );
      expect((await traces(ground.daemon())).containers).toBe(before.containers);
    });
  });
}
