// SPDX-License-Identifier: BSD-2-Clause
/**
 * How long each driver that works here takes until a program in a sandbox has printed: in a new one, and in one of the
 * pool; and in a virtual machine that boots, where others go on from a snapshot. A line of JSON a figure; drivers that do not
 * work are named on stderr.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '@ringlab/labkit';
import { readConfig } from '../config.ts';
import type { SandboxDriver } from '../sandbox/driver.ts';
import { availableDrivers } from '../sandbox/drivers.ts';
import { SandboxPool } from '../sandbox/pool.ts';

const STARTS = 9;
const config = readConfig(process.env);

async function untilItPrints(sandbox: Sandbox): Promise<void> {
  const program = await sandbox.exec(['echo', 'up'], { pty: { cols: 80, rows: 24 } });
  for await (const _ of program.output) break;
  await program.exit;
}

async function timedMs(makeSandbox: () => Promise<Sandbox>): Promise<number> {
  const startMs = performance.now();
  await using sandbox = await makeSandbox();
  await untilItPrints(sandbox);
  return performance.now() - startMs;
}

function print(name: string, timesMs: readonly number[]): void {
  const value = timesMs.toSorted((a, b) => a - b)[Math.floor(timesMs.length / 2)];
  console.log(JSON.stringify({ name, value, unit: 'ms' }));
}

async function measure(driver: SandboxDriver): Promise<void> {
  const { limits } = config;
  const cold: number[] = [];
  for (let i = 0; i < STARTS; i++) cold.push(await timedMs(() => driver.create({ id: `cold-${i}`, limits })));
  print(`sandbox-start-${driver.name}-cold`, cold);
  await using pool = new SandboxPool({ driver, limits, size: 1 });
  const warm: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    while (pool.ready === 0) await sleep(20);
    warm.push(await timedMs(() => pool.take(`warm-${i}`)));
  }
  print(`sandbox-start-${driver.name}-warm`, warm);
}

async function measureBoot(driver: SandboxDriver): Promise<void> {
  const { limits } = config;
  const boots: number[] = [];
  for (let i = 0; i < STARTS; i++)
    boots.push(await timedMs(() => driver.create({ id: `boot-${i}`, limits })));
  print(`sandbox-start-${driver.name}-boot`, boots);
}

/** The first of each is not counted: it makes what the others share. */
async function measureUsable(owned: SandboxDriver, how: (driver: SandboxDriver) => Promise<void>) {
  await using driver = owned;
  const status = await driver.probe();
  if (status.usable) await how(driver);
  else console.error(`sandbox-start: ${driver.name} is left out. ${status.message}`);
}

const dataDir = await mkdtemp(join(tmpdir(), 'ringlab-start-'));
try {
  for (const driver of availableDrivers({ ...config, dataDir })) await measureUsable(driver, measure);
  const booting = availableDrivers({ ...config, dataDir, snapshots: false });
  for (const driver of booting.filter(({ image }) => image === 'vm'))
    await measureUsable(driver, measureBoot);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
