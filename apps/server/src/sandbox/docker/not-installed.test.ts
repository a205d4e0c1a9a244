// SPDX-License-Identifier: BSD-2-Clause
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { DockerDriver, type DockerOptions } from './driver.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  const path = process.env.PATH;
  process.env.PATH = folder;
  onTestFinished(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });
});

/** Where all that there is of Docker is in that folder. */
async function told(options: Partial<DockerOptions> = {}) {
  const usualSocket = join(folder, 'docker.sock');
  const paths = { dataDir: folder, imagesDir: folder, unetmapDir: folder };
  await using driver = new DockerDriver({ ...paths, usualSocket, ...options });
  expect(await Array.fromAsync(driver.adopt())).toEqual([]);
  return await driver.probe();
}

test('a machine without Docker is told the command that installs it', async () => {
  expect(await told()).toEqual({
    usable: false,
    message: 'Docker is not installed. Install it: apt-get install docker.io',
    lacksImage: false,
  });
});

test.each(['docker', 'dockerd'])('one that has %s is told to start the daemon', async (program) => {
  writeFileSync(join(folder, program), '#!/bin/sh\n');
  chmodSync(join(folder, program), 0o755);
  expect(await told()).toMatchObject({
    usable: false,
    message: expect.stringMatching(
      /^The Docker daemon does not answer at .*Start it \(systemctl start docker\)/,
    ),
  });
});

test('one whose operator named another socket is told of that one', async () => {
  const dockerSocket = join(folder, 'other.sock');
  expect(await told({ dockerSocket })).toMatchObject({
    usable: false,
    message: expect.stringContaining(`does not answer at ${dockerSocket}.`),
  });
});
