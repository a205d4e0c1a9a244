// SPDX-License-Identifier: BSD-2-Clause
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../contract/inside.ts';
import { Daemon } from '../daemon.ts';
import type { Ground } from './ground.ts';

const LABS = resolve(import.meta.dirname, '../../../labs.ts');

/** Of commands that make sandboxes of their own. */
export function commands(ground: Ground): void {
  describe('pnpm labs verify', () => {
    const containers = async (which: { readonly all?: boolean } = { all: true }) =>
      (await new Daemon(ground.daemon().socketPath).docker.listContainers(which)).map(({ Id }) => Id);
    const running = () => containers({});

    /** With a folder of their own for what is temporary. */
    function starting(temporary: string): () => ChildProcess & { readonly output: Promise<string> } {
      return () => {
        using options = ground.options();
        const child = spawn(process.execPath, [LABS, 'verify', '--solution', '00-tour'], {
          env: {
            ...process.env,
            TMPDIR: temporary,
            RINGLAB_DRIVER: 'docker',
            RINGLAB_IMAGES_DIR: options.imagesDir,
            RINGLAB_DOCKER_SOCKET: ground.daemon().socketPath,
          },
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        onTestFinished(() => void child.kill('SIGKILL'));
        return Object.assign(child, { output: text(child.stdout) });
      };
    }

    test('that is killed leaves its containers to the next one to remove; two at once have each their own', async () => {
      const temporary = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
      onTestFinished(() => rmSync(temporary, { recursive: true }));
      const start = starting(temporary);
      const killed = start();
      await until(async () => (await running()).length > 0, 'a container that runs');
      const ended = once(killed, 'exit');
      killed.kill('SIGKILL');
      await ended;
      const left = await containers();
      expect([left.length, readdirSync(temporary).length]).toEqual([1, 1]);

      for (const { output } of [start(), start()]) expect(await output).toMatch(/^holds {2}00-tour/m);
      expect([await containers(), readdirSync(temporary)]).toEqual([[], []]);
    }, 180_000);
  });
}
