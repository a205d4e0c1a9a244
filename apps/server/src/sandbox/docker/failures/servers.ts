// SPDX-License-Identifier: BSD-2-Clause
import type { Sandbox } from '@ringlab/labkit';
import { describe, expect, test } from 'vitest';
import { sh } from '../../contract/inside.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { DockerDriver } from '../driver.ts';
import { freshDriver, type Ground } from './ground.ts';
import { startServer } from './server-process.ts';
import { leavingNothing } from './traces.ts';

async function adopted(driver: DockerDriver): Promise<Sandbox[]> {
  const all: Sandbox[] = [];
  for await (const sandbox of driver.adopt()) all.push(sandbox);
  return all;
}

/** Of several servers on one daemon, and one after the other. */
export function servers(ground: Ground): void {
  describe('servers on one daemon', () => {
    test('never touch each other', async () => {
      const [one, two] = [freshDriver(ground), freshDriver(ground)];
      for (const driver of [one, two]) await driver.probe();
      await leavingNothing(ground.daemon(), async () => {
        await using sandbox = await one.create({ id: 'same', limits: DEFAULT_LIMITS });
        await using other = await two.create({ id: 'same', limits: DEFAULT_LIMITS });
        expect([await adopted(one), await adopted(two)]).toEqual([[], []]);
        await two[Symbol.asyncDispose]();
        expect((await sh(sandbox, 'echo still here')).out).toBe('still here\n');
        await expect(other.usage()).rejects.toThrow('has ended');
      });
    });

    test('do not share a data folder', async () => {
      using options = ground.options();
      const first = await startServer(options, 'ada-sink');
      await using second = new DockerDriver(options);
      expect(await second.probe()).toMatchObject({
        usable: false,
        message: expect.stringMatching(/Another server \(process \d+\) uses the same data folder/),
      });
      await first.kill();
      for (const sandbox of await adopted(second)) await sandbox[Symbol.asyncDispose]();
    });

    test('that are killed leave a sandbox, with its files and limits, to the next one', async () => {
      using options = ground.options();
      await (await startServer(options, 'ada-sink')).kill();
      await using next = new DockerDriver(options);
      const [sandbox, ...others] = await adopted(next);
      expect([sandbox?.id, others]).toEqual(['ada-sink', []]);
      if (sandbox === undefined) return;
      const { out } = await sh(
        sandbox,
        'cat work; while pgrep sleep >/dev/null; do sleep 0.05; done; echo " alone"',
      );
      expect(out).toBe('of an hour alone\n');
      await sandbox[Symbol.asyncDispose]();
      expect(await adopted(next)).toEqual([]);
    });
  });

  describe("netmap's own device", () => {
    const limits = DEFAULT_LIMITS;

    test('is passed in where a lab asks and the machine has it', async () => {
      const driver = freshDriver(ground, { netmapDevice: '/dev/null' });
      await using sandbox = await driver.create({ id: 'kernel', limits, engine: 'kernel' });
      expect(sandbox.engine).toBe('kernel');
      const { out } = await sh(
        sandbox,
        'stat -c %t:%T /dev/netmap; echo x > /dev/netmap; echo "$LD_PRELOAD"',
      );
      expect(out).toBe('1:3\n/run/agent/crash-note.so\n');
    });

    test('is asked for in vain where there is none, in words', async () => {
      const driver = freshDriver(ground, { netmapDevice: '/dev/no-netmap' });
      await expect(driver.create({ id: 'kernel', limits, engine: 'kernel' })).rejects.toThrow(
        /this machine has no \/dev\/no-netmap. Load the module: modprobe netmap/,
      );
    });
  });
}
