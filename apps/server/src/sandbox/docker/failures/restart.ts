// SPDX-License-Identifier: BSD-2-Clause
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Daemon, LABEL } from '../daemon.ts';
import type { Ground } from './ground.ts';
import { startServer } from './server-process.ts';

const MAIN = resolve(import.meta.dirname, '../../../main.ts');
const ATTENDEE = resolve(import.meta.dirname, '../../../testing/type-in-shell.ts');
const LAB = '00-tour';

const run = promisify(execFile);

interface Started {
  readonly process: ChildProcess;
  readonly attendees: URL;
}

async function start(env: Record<string, string>): Promise<Started> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, RINGLAB_PORT: '0', RINGLAB_DRIVER: 'docker', RINGLAB_POOL_SANDBOXES: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const link = /Attendees: +(\S+)/.exec(line)?.[1];
    if (link !== undefined) return { process: child, attendees: new URL(link) };
  }
  throw new Error('The server did not start.');
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Somebody types a line into a new shell of the lab, and reads the answer; resolves with their cookie. */
async function typed(link: URL, line: string, answer: string, ...cookie: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [ATTENDEE, link.href, LAB, line, answer, ...cookie]);
  return stdout.trim();
}

export function restart(ground: Ground): void {
  describe('a server that is killed', () => {
    test('finds the sandbox of a session again, with what was made there by hand', async () => {
      using options = ground.options();
      const { dataDir, imagesDir } = options;
      const env = {
        RINGLAB_DATA_DIR: dataDir,
        RINGLAB_IMAGES_DIR: imagesDir,
        RINGLAB_DOCKER_SOCKET: ground.daemon().socketPath,
      };
      const first = await start(env);
      const cookie = await typed(first.attendees, 'echo by-hand > kept; echo made-$((1 + 1))', 'made-2');
      await end(first.process, 'SIGKILL');
      // As a provisioning that was killed, too: nobody comes back for this one, though it was for the same lab.
      await (await startServer(options, `provision-${LAB}`)).kill();

      const second = await start(env);
      const { docker } = new Daemon(ground.daemon().socketPath);
      const kept = await docker.listContainers({ all: true });
      expect(kept.map(({ Labels }) => Labels[LABEL.sandbox])).not.toContain(`provision-${LAB}`);
      await typed(second.attendees, 'cat kept; echo read-$((1 + 1))', 'by-hand\r\nread-2', cookie);
      await end(second.process, 'SIGTERM');
      const left = await docker.listContainers({ all: true });
      expect(left.map(({ Names }) => Names)).toEqual([]);
    }, 300_000);
  });
}
