// SPDX-License-Identifier: BSD-2-Clause
import type { Sandbox, SandboxProcess } from '@ringlab/labkit';
import { expect, test } from 'vitest';
import { RateWatch, type Reading } from './rate-watch.ts';

/** A program of the sandbox that has got hold of nmstat's pipe says what it likes, as fast as it likes. */
function sandboxThatPrints(output: () => AsyncGenerator<Uint8Array>): Sandbox {
  const nothing = (async function* () {})();
  const process: Partial<SandboxProcess> = { output: output(), errors: nothing, kill: () => undefined };
  const sandbox: Partial<Sandbox> = { exec: () => Promise.resolve(process as SandboxProcess) };
  return sandbox as Sandbox;
}

const line = (tsUs: number) =>
  Buffer.from(`${JSON.stringify({ ts_us: tsUs, engine: 'unetmap', ports: [] })}\n`);

test('readings that come faster than nmstat reads are not looked at', async () => {
  const readings: Reading[] = [];
  const done = Promise.withResolvers<void>();
  const sandbox = sandboxThatPrints(async function* () {
    for (let count = 0; count < 20_000; count++) yield line(count * 1_000_000);
    done.resolve();
  });
  using watch = new RateWatch((reading) => readings.push(reading));
  const startMs = performance.now();
  await watch.start(sandbox);
  await done.promise;
  expect(readings.length).toBeGreaterThan(0);
  expect(readings.length).toBeLessThanOrEqual(1 + (performance.now() - startMs) / 25);
});

test('where netmap is the kernel’s, only ports that it tells of are waited for', async () => {
  const told = Buffer.from('{"ts_us":1,"engine":"netmap","ports":[]}\n');
  const sandbox = sandboxThatPrints(async function* () {
    yield told;
    await new Promise(() => undefined);
  });
  using watch = new RateWatch(() => undefined);
  await watch.start(sandbox);
  const { signal } = new AbortController();
  expect(await watch.untilPorts(['p{1', 'veth0'], 60_000, signal)).toEqual([]);
  expect(await watch.untilPorts(['p{1', 'vale0:sink'], 100, signal)).toEqual(['vale0:sink']);
});

test('what programs measure comes with the rates', async () => {
  const points = [{ told: 'curve', series: '64', x: 100_000, y: 0.0005 }];
  const sandbox = sandboxThatPrints(async function* () {
    yield Buffer.from(`${JSON.stringify({ ts_us: 1, engine: 'unetmap', ports: [], points })}\n`);
    await new Promise(() => undefined);
  });
  const came = Promise.withResolvers<Reading>();
  using watch = new RateWatch(came.resolve);
  await watch.start(sandbox);
  expect(await came.promise).toMatchObject({ ports: [], points });
});
