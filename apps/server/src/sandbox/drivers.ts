// SPDX-License-Identifier: BSD-2-Clause
import type { DriverName } from '@ringlab/protocol';
import { DockerDriver } from './docker/driver.ts';
import { removeContainersLeft } from './docker/remove-left.ts';
import type { ChosenDriver, SandboxDriver } from './driver.ts';
import type { Limits } from './limits.ts';
import { BubblewrapWithMachines } from './machines/driver.ts';
import { QemuDriver } from './qemu/driver.ts';
import { SshDriver } from './ssh/driver.ts';

export interface DriverConfig {
  readonly driver: DriverName | 'auto';
  readonly dataDir: string;
  readonly unetmapDir: string;
  readonly imagesDir: string;
  /** Of saved virtual machines, which may be shared by several data folders; the data folder if left out. */
  readonly cacheDir?: string;
  /** False boots every virtual machine; for measuring. */
  readonly snapshots?: boolean;
  readonly dockerSocket?: string | undefined;
  readonly limits: Limits;
  readonly sshHosts: readonly string[];
  readonly sshKey: string;
  readonly sshKnownHosts: string;
}

/** Every concrete driver, best first, whatever the configuration chooses. The caller disposes of them. */
export function allDrivers(config: DriverConfig): SandboxDriver[] {
  return [
    new BubblewrapWithMachines(config),
    new DockerDriver(config),
    new QemuDriver(config),
    new SshDriver(config),
  ];
}

/** Those that the configuration chooses among. */
export function chosenDrivers(
  drivers: readonly SandboxDriver[],
  { driver }: Pick<DriverConfig, 'driver'>,
): SandboxDriver[] {
  return drivers.filter(({ name }) => driver === 'auto' || driver === name);
}

/** Every driver that the configuration allows, best first. The caller disposes of them. */
export function availableDrivers(config: DriverConfig): SandboxDriver[] {
  return chosenDrivers(allDrivers(config), config);
}

/**
 * Removes what a process that is dead and had that data folder left with others; what ended with it is swept by the drivers.
 * Rejects with SandboxError where that cannot be done now.
 */
export async function removeLeft(dataDir: string): Promise<void> {
  await removeContainersLeft(dataDir);
}

/** The first driver that works; or why none does, a sentence a driver. Never rejects. */
export async function firstUsable(
  drivers: readonly SandboxDriver[],
): Promise<ChosenDriver | { readonly why: string }> {
  const refusals: string[] = [];
  for (const driver of drivers) {
    const status = await driver.probe();
    if (status.usable) return { driver, status };
    refusals.push(`${driver.name}: ${status.message}`);
  }
  return {
    why:
      refusals.join('\n') ||
      'RINGLAB_DRIVER names a driver that this version does not have; bubblewrap, docker, qemu and ssh are there.',
  };
}
