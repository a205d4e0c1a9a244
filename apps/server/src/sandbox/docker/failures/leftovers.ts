// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, test } from 'vitest';
import { cyclesOr, tellCounts } from '../../contract/cycles.ts';
import { finish, textOf } from '../../contract/inside.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import type { DockerDriver } from '../driver.ts';
import { freshDriver, type Ground } from './ground.ts';
import { countedAround, DAEMON_SLACK, leavingNothing } from './traces.ts';

const CYCLES = cyclesOr(6);

async function useOne(driver: DockerDriver, i: number): Promise<void> {
  await using sandbox = await driver.create({ id: `cycle-${i}`, limits: DEFAULT_LIMITS });
  const staying = await sandbox.exec(['sleep', '1000'], { pty: { cols: 80, rows: 24 } });
  const stray = await sandbox.exec(['sh', '-c', 'setsid sleep 1001 & echo up; sleep 1002']);
  await sandbox.put([{ path: 'a/b', content: 'c' }]);
  expect((await finish(await sandbox.exec(['cat', 'a/b']))).out).toBe('c');
  void [textOf(staying.output), textOf(stray.output)];
}

export function leftovers(ground: Ground): void {
  describe('containers leave nothing', () => {
    test(
      `after ${CYCLES} times making one, running a program that stays, and ending it`,
      async () => {
        const driver = freshDriver(ground);
        expect(await driver.probe()).toMatchObject({ usable: true });
        const daemon = ground.daemon();
        const daemonBefore = daemon.descriptors();
        const { before, after } = await countedAround(daemon, async () => {
          for (let i = 0; i < CYCLES; i++) await useOne(driver, i);
        });
        const daemonAfter = daemon.descriptors();
        tellCounts(
          `${CYCLES} sandboxes by docker`,
          { ...before, daemonDescriptors: daemonBefore },
          { ...after, daemonDescriptors: daemonAfter },
        );
        expect(daemonAfter).toBeLessThanOrEqual(daemonBefore + DAEMON_SLACK);
      },
      60_000 + CYCLES * 5000,
    );

    test('when making one fails half way', async () => {
      const driver = freshDriver(ground);
      await driver.probe();
      const nonsense = { ...DEFAULT_LIMITS, memoryBytes: 1024 };
      await leavingNothing(ground.daemon(), () =>
        expect(driver.create({ id: 'fails', limits: nonsense })).rejects.toThrow(
          /Docker daemon refuses: .*emory/,
        ),
      );
    });
  });
}
