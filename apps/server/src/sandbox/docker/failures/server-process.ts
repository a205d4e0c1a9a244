// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { DockerOptions } from '../driver.ts';

const SERVER = `
  import { DockerDriver } from '${import.meta.dirname}/../driver.ts';
  import { DEFAULT_LIMITS } from '${import.meta.dirname}/../../limits.ts';
  const driver = new DockerDriver(JSON.parse(process.argv[1]));
  const sandbox = await driver.create({ id: process.argv[2], limits: { ...DEFAULT_LIMITS, processes: 99 } });
  await sandbox.put([{ path: 'work', content: 'of an hour' }]);
  await sandbox.exec(['sh', '-c', 'setsid sleep 1000 & sleep 1001']);
  console.log('up');
  setInterval(() => {}, 1000);
`;

/** A process that has a sandbox of this id, with something in it; it is killed at the end of the test at the latest. */
export async function startServer(
  options: DockerOptions,
  sandboxId: string,
): Promise<{ kill(): Promise<void> }> {
  const { dataDir, unetmapDir, imagesDir, dockerSocket } = options;
  const argument = JSON.stringify({ dataDir, unetmapDir, imagesDir, dockerSocket });
  const server = spawn(process.execPath, ['--input-type=module', '--eval', SERVER, argument, sandboxId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  await once(createInterface({ input: server.stdout }), 'line');
  return {
    kill: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
  };
}
