// SPDX-License-Identifier: BSD-2-Clause
import { join } from 'node:path';
import { type Lab, loadLab } from '@ringlab/labkit';
import { expect, test } from 'vitest';
import { readConfig, repositoryDir } from '../config.ts';
import type { SandboxDriver } from '../sandbox/driver.ts';
import { allDrivers } from '../sandbox/drivers.ts';
import { type Bounds, roomOn } from './room.ts';

const GIB = 2 ** 30;
const config = readConfig({ RINGLAB_SSH_HOSTS: 'one@10.0.0.1,two@10.0.0.2' });
const drivers = allDrivers(config);
const plain = await loadLab(join(repositoryDir, 'labs/03-sink'));
const withMachine = await loadLab(join(repositoryDir, 'labs/09-vm-backend'));

/** How many runs of the lab get in before one waits. */
async function runsThatFit(
  lab: Lab,
  name: SandboxDriver['name'],
  memoryBytes: number,
  bounds: Partial<Bounds> = {},
): Promise<number> {
  const driver = drivers.find((each) => each.name === name);
  const room = roomOn(driver, { ...config, ...bounds }, memoryBytes);
  const { signal } = new AbortController();
  for (let count = 0; ; count++) {
    let waits = false;
    const entering = room.runPlaces(lab).enter(signal, () => {
      waits = true;
    });
    if (waits) return count;
    await entering;
  }
}

test('runs go on until three quarters of the memory are spoken for', async () => {
  // 24 GiB, in parts of 768 MiB.
  expect(await runsThatFit(plain, 'bubblewrap', 32 * GIB)).toBe(32);
});

test('the memory of a lab’s virtual machines counts', async () => {
  // 768 MiB, and a machine of 384 MiB with what emulates it.
  const count = await runsThatFit(withMachine, 'bubblewrap', 32 * GIB);
  expect(count).toBe(Math.floor((24 * 1024) / (768 + 384 + 512)));
});

test('a sandbox that is a virtual machine takes what the machine does', async () => {
  expect(await runsThatFit(plain, 'qemu', 32 * GIB)).toBe(16);
});

test('a number that somebody set is the number, whatever the labs', async () => {
  expect(await runsThatFit(withMachine, 'bubblewrap', GIB, { maxRuns: 5 })).toBe(5);
});

test('hosts are seats, whatever the memory', async () => {
  expect(await runsThatFit(plain, 'ssh', GIB)).toBe(2);
});

test('on a small machine there is room for one a core, and for one with machines', async () => {
  expect(await runsThatFit(plain, 'bubblewrap', GIB)).toBeGreaterThanOrEqual(1);
  expect(await runsThatFit(withMachine, 'bubblewrap', GIB)).toBeGreaterThanOrEqual(1);
});
