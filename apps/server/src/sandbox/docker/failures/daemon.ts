// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, onTestFinished, test } from 'vitest';
import { sh, until } from '../../contract/inside.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { Daemon } from '../daemon.ts';
import { TestDaemon } from '../test-daemon.ts';
import { freshDriver, type Ground } from './ground.ts';
import { leavingNothing } from './traces.ts';

const limits = DEFAULT_LIMITS;

/** What an attendee reads when the daemon fails, and what works again afterwards. */
export function daemonFailures(ground: Ground): void {
  describe('a daemon', () => {
    test('that is not there is told with the command that mends it', async () => {
      const driver = freshDriver(ground, { dockerSocket: '/nonexistent/docker.sock' });
      expect(await driver.probe()).toEqual({
        usable: false,
        message:
          'The Docker daemon does not answer at /nonexistent/docker.sock. Start it (systemctl start docker), or set RINGLAB_DOCKER_SOCKET to its socket.',
        lacksImage: false,
      });
    });

    test('that ends a container from outside is told', async () => {
      const driver = freshDriver(ground);
      const sandbox = await driver.create({ id: 'victim', limits });
      const program = await sandbox.exec(['sleep', '1000']);
      const { docker } = new Daemon(ground.daemon().socketPath);
      for (const { Id, Labels } of await docker.listContainers())
        if (Labels['ringlab.sandbox'] === 'victim') await docker.getContainer(Id).kill();
      expect((await program.exit).words).toBe(
        'stopped: its container was ended from outside; run again to get a new one',
      );
      await expect(sandbox.exec(['true'])).rejects.toThrow(
        'The sandbox has ended; run again to get a new one.',
      );
    });

    test('that is killed in the middle of a run says so, and everything works again when it is back', async () => {
      const daemon = ground.daemon();
      const driver = freshDriver(ground);
      const sandbox = await driver.create({ id: 'cut', limits });
      const program = await sandbox.exec(['sleep', '1000'], { pty: { cols: 80, rows: 24 } });
      await daemon.kill();
      expect((await program.exit).words).toBe(
        `stopped. The Docker daemon at ${daemon.socketPath} went away. Start it again: systemctl start docker`,
      );
      await expect(sandbox.put([{ path: 'a', content: '' }])).rejects.toThrow('The sandbox has ended');
      await expect(driver.create({ id: 'none', limits })).rejects.toThrow('does not answer at');

      await daemon.start();
      await using next = await driver.create({ id: 'next', limits });
      expect((await sh(next, 'echo runs')).out).toBe('runs\n');
      const { docker } = new Daemon(daemon.socketPath);
      const named = async () =>
        (await docker.listContainers({ all: true })).map((c) => c.Labels['ringlab.sandbox']);
      await until(async () => !(await named()).includes('cut'), 'the container of before being removed');
      expect(await named()).toEqual(['next']);
    }, 90_000);

    test('whose disk is full is told', async () => {
      const small = await TestDaemon.start({ dataMiB: 64 });
      onTestFinished(() => small[Symbol.asyncDispose]());
      const driver = freshDriver(ground, { dockerSocket: small.socketPath });
      const { message } = await leavingNothing(small, () => driver.probe());
      expect(message).toMatch(
        /^The disk of the Docker daemon is full \(.*no space left.*\)\. Make room: docker system prune$/i,
      );
    }, 90_000);
  });
}
