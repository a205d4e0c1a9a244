// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, onTestFinished, test } from 'vitest';
import { TestDaemon } from '../test-daemon.ts';
import { toldAtOnce } from './attendees.contract.ts';
import type { Ground } from './ground.ts';
import { leavingNothing } from './traces.ts';

/** What an attendee reads where the daemon is of no use from the beginning. */
export function daemonFailures(ground: Ground): void {
  describe('a daemon', () => {
    test('that is not there is told with the command that mends it', async () => {
      expect(await toldAtOnce(ground, { dockerSocket: '/nonexistent/docker.sock' })).toBe(
        'docker: The Docker daemon does not answer at /nonexistent/docker.sock. Start it (systemctl start docker), or set RINGLAB_DOCKER_SOCKET to its socket.',
      );
    });

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
