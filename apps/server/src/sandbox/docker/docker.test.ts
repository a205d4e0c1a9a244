// SPDX-License-Identifier: BSD-2-Clause
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { driverContract } from '../driver.contract.ts';
import { DockerDriver } from './driver.ts';
import { attendees } from './failures/attendees.contract.ts';
import { commands } from './failures/commands.ts';
import { daemonFailures } from './failures/daemon.ts';
import type { Ground } from './failures/ground.ts';
import { imageFailures } from './failures/image.ts';
import { containerInterfaces } from './failures/interfaces.ts';
import { leftovers } from './failures/leftovers.ts';
import { provisioned } from './failures/provisioned.contract.ts';
import { restart } from './failures/restart.ts';
import { servers } from './failures/servers.ts';
import { dockerTestOptions, missingForDocker, TestDaemon } from './test-daemon.ts';

const missing = missingForDocker();
// Where CI says so, what cannot be tried is a failure.
const skipped = missing !== undefined && process.env.CI !== 'true';

if (missing !== undefined && !skipped) {
  test('docker can be tried here', () => {
    expect.unreachable(missing);
  });
}

/** All on one daemon: it takes as long to start as a dozen tests. */
describe.skipIf(missing !== undefined)('docker', () => {
  let daemon: TestDaemon;
  let options: ReturnType<typeof dockerTestOptions>;
  beforeAll(async () => {
    daemon = await TestDaemon.start();
    options = dockerTestOptions(daemon.socketPath);
    // The daemon's first image takes as long as the disk does.
    await using first = new DockerDriver(options);
    await first.probe();
  }, 600_000);
  afterAll(async () => {
    options?.[Symbol.dispose]();
    await daemon?.[Symbol.asyncDispose]();
  }, 300_000);

  driverContract(() => new DockerDriver(options));

  const ground: Ground = { daemon: () => daemon, options: () => dockerTestOptions(daemon.socketPath) };
  containerInterfaces(ground);
  leftovers(ground);
  servers(ground);
  restart(ground);
  commands(ground);
  imageFailures(ground);
  daemonFailures(ground);
  attendees(ground);
  provisioned(ground);
});
