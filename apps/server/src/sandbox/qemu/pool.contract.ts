// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, test } from 'vitest';
import { sh, until } from '../contract/inside.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { SandboxPool } from '../pool.ts';
import { QemuDriver, type QemuOptions } from './driver.ts';
import { NO_MACHINES, TestMachines } from './test-machines.ts';

/** As `pool.test.ts`, with machines. */
export function qemuPool(options: QemuOptions): void {
  describe('a pool of machines', () => {
    const limits = DEFAULT_LIMITS;
    const machines = new TestMachines(options.dataDir);

    test('hands out one that runs already, makes another, and ends those that wait', async () => {
      await using driver = new QemuDriver(options);
      // The first machine of all takes longer than anybody waits for a pool here.
      expect(await driver.probe()).toMatchObject({ usable: true });
      const pool = new SandboxPool({ driver, limits, size: 2 });
      await until(() => pool.ready === 2, 'the pool being full');
      const warm = machines.processes();
      expect([warm.length, machines.slots().length]).toEqual([2, 2]);

      await using sandbox = await pool.take('ada-sink');
      expect([sandbox.id, pool.ready, machines.processes()]).toEqual(['ada-sink', 1, warm]);
      await sandbox.put([{ path: 'a', content: 'b' }]);
      expect((await sh(sandbox, 'cat a')).out).toBe('b');
      await until(() => pool.ready === 2, 'the pool being full again');
      expect(machines.slots()).toHaveLength(3);

      await pool[Symbol.asyncDispose]();
      expect([pool.ready, machines.processes().length, machines.slots().length]).toEqual([0, 1, 1]);
      expect((await sh(sandbox, 'cat a')).out).toBe('b');
      await sandbox[Symbol.asyncDispose]();
      expect(machines.left()).toEqual(NO_MACHINES);
    });

    test('does not hand out one that ended while it waited', async () => {
      await using driver = new QemuDriver(options);
      await using pool = new SandboxPool({ driver, limits, size: 1 });
      await until(() => pool.ready === 1, 'the pool being full');
      const pid = machines.pid();
      process.kill(pid, 'SIGKILL');
      await until(() => machines.processes().length === 0, 'the machine ending');
      await using sandbox = await pool.take('grace-sink');
      expect((await sh(sandbox, 'echo runs')).out).toBe('runs\n');
    });
  });
}
