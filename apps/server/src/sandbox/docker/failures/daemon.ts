// SPDX-License-Identifier: BSD-2-Clause
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sh, until } from '../../contract/inside.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { Daemon, LABEL } from '../daemon.ts';
import { DockerDriver } from '../driver.ts';
import { TestDaemon } from '../test-daemon.ts';
import { toldAtOnce } from './attendees.contract.ts';
import type { Ground } from './ground.ts';
import { Relay } from './relay.ts';
import { startServer } from './server-process.ts';
import { leavingNothing } from './traces.ts';

/** What an attendee reads where the daemon is of no use from the beginning. */
export function daemonFailures(ground: Ground): void {
  describe('a daemon', () => {
    test('that is not there is told with the command that mends it', async () => {
      expect(await toldAtOnce(ground, { dockerSocket: '/nonexistent/docker.sock' })).toBe(
        'docker: The Docker daemon does not answer at /nonexistent/docker.sock. Start it (systemctl start docker), or set RINGLAB_DOCKER_SOCKET to its socket.',
      );
    });

    test('that is back costs what was lost, not what is just being made', async () => {
      using options = ground.options();
      const { socketPath } = ground.daemon();
      await (await startServer(options, 'lost')).kill();
      const there = async () => {
        const containers = await new Daemon(socketPath).docker.listContainers({ all: true });
        return containers.map(({ Labels }) => Labels[LABEL.sandbox]);
      };
      await using relay = await Relay.start(join(options.dataDir, 'relay.sock'), socketPath);
      const dockerSocket = join(options.dataDir, 'relay.sock');
      await using driver = new DockerDriver({ ...options, dockerSocket });
      const reaching = relay.hold(/^POST \/containers\/\w+\/exec /);
      const creating = driver.create({ id: 'made', limits: DEFAULT_LIMITS });
      creating.catch(() => {});
      const goOn = await reaching;
      expect((await there()).sort()).toEqual(['lost', 'made']);
      relay.cut(/^GET \/events/);
      // The newest is the first that is looked at.
      await until(async () => !(await there()).includes('lost'), 'the lost one being removed');
      goOn();
      await using sandbox = await creating;
      expect((await sh(sandbox, 'echo runs')).out).toBe('runs\n');
    }, 60_000);

    test('whose disk is full is told', async () => {
      const small = await TestDaemon.start({ dataMiB: 64 });
      onTestFinished(() => small[Symbol.asyncDispose]());
      const { socketPath: dockerSocket } = small;
      expect(await leavingNothing(small, () => toldAtOnce(ground, { dockerSocket }))).toMatch(
        /^docker: The disk of the Docker daemon is full \(.*no space left.*\)\. Make room: docker system prune$/i,
      );
    }, 90_000);
  });
}
