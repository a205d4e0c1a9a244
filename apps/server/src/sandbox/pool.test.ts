// SPDX-License-Identifier: BSD-2-Clause
import { afterAll, describe, expect, test } from 'vitest';
import { BubblewrapDriver } from './bubblewrap/driver.ts';
import { testOptions } from './bubblewrap/test-folders.ts';
import { sh, until } from './contract/inside.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { SandboxPool } from './pool.ts';

describe('the pool', () => {
  const options = testOptions();
  const driver = new BubblewrapDriver(options);
  const limits = DEFAULT_LIMITS;
  afterAll(async () => {
    await driver[Symbol.asyncDispose]();
    options[Symbol.dispose]();
  });

  test('hands out a warm sandbox at once, under the id that was asked for, and makes another', async () => {
    await using pool = new SandboxPool({ driver, limits, size: 2 });
    await until(() => pool.ready === 2, 'the pool being full');
    const startMs = performance.now();
    await using sandbox = await pool.take('ada-sink');
    expect(performance.now() - startMs).toBeLessThan(200);
    expect([sandbox.id, pool.ready]).toEqual(['ada-sink', 1]);
    await sandbox.put([{ path: 'a', content: 'b' }]);
    expect((await sh(sandbox, 'cat a')).out).toBe('b');
    await until(() => pool.ready === 2, 'the pool being full again');
  });

  test('never makes anybody wait for it: an empty one makes what is asked for', async () => {
    await using pool = new SandboxPool({ driver, limits, size: 0 });
    await using sandbox = await pool.take('grace-forward');
    expect([sandbox.id, (await sh(sandbox, 'echo runs')).out]).toEqual(['grace-forward', 'runs\n']);
  });

  test('does not hand out one with another engine than is needed', async () => {
    await using pool = new SandboxPool({ driver, limits, size: 1 });
    await until(() => pool.ready === 1, 'the pool being full');
    const fittings = { interfaces: [], machines: [] };
    await expect(pool.take('linus-tx', { ...fittings, engine: 'kernel' })).rejects.toThrow(
      /needs netmap in the kernel.*RINGLAB_DRIVER/,
    );
    expect(pool.ready).toBe(1);
    await using sandbox = await pool.take('linus-rx', { ...fittings, engine: 'unetmap' });
    expect([sandbox.engine, pool.ready]).toEqual(['unetmap', 0]);
  });

  test('does not hand out one that died while it waited', async () => {
    await using pool = new SandboxPool({ driver, limits, size: 1 });
    await until(() => pool.ready === 1, 'the pool being full');
    await driver[Symbol.asyncDispose]();
    await using sandbox = await pool.take('alan-sink');
    expect((await sh(sandbox, 'echo runs')).out).toBe('runs\n');
  });

  test('ends those that wait when it is disposed of, not those that were taken', async () => {
    const pool = new SandboxPool({ driver, limits, size: 2 });
    await until(() => pool.ready === 2, 'the pool being full');
    await using sandbox = await pool.take('joan-sink');
    await pool[Symbol.asyncDispose]();
    expect(pool.ready).toBe(0);
    expect((await sh(sandbox, 'echo runs')).out).toBe('runs\n');
    await expect(pool.take('late')).rejects.toThrow('stopping');
  });
});
