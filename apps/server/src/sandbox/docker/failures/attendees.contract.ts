// SPDX-License-Identifier: BSD-2-Clause
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Attendee, LOST, toldToFirst } from '../../../testing/attendee.ts';
import { shellLab } from '../../../testing/labs.ts';
import { TestServer } from '../../../testing/test-server.ts';
import { until } from '../../contract/inside.ts';
import { Daemon, LABEL } from '../daemon.ts';
import type { DockerOptions } from '../driver.ts';
import type { Ground } from './ground.ts';
import { DAEMON_SLACK, leavingNothing } from './traces.ts';

/** Of a server that makes its sandboxes on the ground's daemon, if not on another one. */
function dockerConfig(ground: Ground, changes: Partial<DockerOptions> = {}) {
  using options = ground.options();
  const { unetmapDir, imagesDir, dockerSocket } = { ...options, ...changes };
  return { unetmapDir, imagesDir, dockerSocket, driver: 'docker', poolSandboxes: 0 } as const;
}

/** What the page of a server's first attendee says of its sandboxes, where there cannot be any; Run says the same. */
export async function toldAtOnce(ground: Ground, changes: Partial<DockerOptions>): Promise<string> {
  return await toldToFirst(dockerConfig(ground, changes));
}

/** What the page of an attendee is sent when containers or their daemon fail in the middle of a run, and what works again. */
export function attendees(ground: Ground): void {
  describe('an attendee whose sandboxes are containers', () => {
    let server: TestServer;
    let ada: Attendee;
    beforeAll(async () => {
      server = await TestServer.startWithSandboxes([shellLab], dockerConfig(ground));
      ada = await Attendee.join(server, 'Ada');
    }, 60_000);
    afterAll(async () => {
      ada?.[Symbol.dispose]();
      await server?.[Symbol.asyncDispose]();
    }, 60_000);
    const daemon = () => new Daemon(ground.daemon().socketPath).docker;
    const containers = async () =>
      (await daemon().listContainers({ all: true })).map(({ Id, Labels }) => ({
        Id,
        sandbox: Labels[LABEL.sandbox],
      }));

    test('reads that the container was ended, what is left, and what to do; and the next run is as ever', async () => {
      await leavingNothing(ground.daemon(), async () => {
        await ada.run();
        for (const { Id } of await containers()) await daemon().getContainer(Id).kill();
        const words = 'stopped: its container was ended from outside';
        expect(await ada.ended()).toMatchObject({
          ...{ outcome: 'failed', processes: [{ exit: { words } }] },
          notices: [`main ${words}.`, LOST],
        });
      });
      await ada.run();
    }, 60_000);

    test('keeps the run while another server on the same daemon comes and goes', async () => {
      const run = await ada.sees(({ phase }) => phase === 'running');
      await leavingNothing(ground.daemon(), async () => {
        await using other = await TestServer.startWithSandboxes([shellLab], dockerConfig(ground));
        using bob = await Attendee.join(other, 'Bob');
        await bob.run();
        expect(await containers()).toHaveLength(2);
      });
      expect(await containers()).toHaveLength(1);
      const { run: now } = await ada.tab.request('workspace.open', { workspace: { lab: shellLab.slug } });
      expect(now).toMatchObject({ runId: run.runId, phase: 'running', notices: [] });
      expect(await ada.pressStop()).toMatchObject({ outcome: 'stopped', notices: [] });
    }, 60_000);

    test('reads that the daemon died, with the command that starts it; and the next run is as ever', async () => {
      const descriptorsBefore = ground.daemon().descriptors();
      await leavingNothing(ground.daemon(), async () => {
        await ada.run();
        const [first] = await containers();
        const { socketPath } = ground.daemon();
        await ground.daemon().kill();
        const words = `stopped. The Docker daemon at ${socketPath} went away. Start it again: systemctl start docker`;
        expect(await ada.ended()).toMatchObject({ outcome: 'failed', notices: [`main ${words}.`, LOST] });
        await ada.pressRun();
        expect(await ada.ended()).toMatchObject({
          outcome: 'failed',
          notices: [
            `The Docker daemon does not answer at ${socketPath}. Start it (systemctl start docker), or set RINGLAB_DOCKER_SOCKET to its socket.`,
          ],
        });

        await ground.daemon().start();
        await ada.run();
        const isFirst = ({ Id }: { Id: string }) => Id === first?.Id;
        await until(async () => !(await containers()).some(isFirst), 'the container of before being removed');
        expect(await containers()).toHaveLength(1);
        await ada.pressStop();
      });
      expect(ground.daemon().descriptors()).toBeLessThanOrEqual(descriptorsBefore + DAEMON_SLACK);
    }, 90_000);

    test('leaves no container', async () => {
      ada[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
      expect(await containers()).toEqual([]);
    }, 60_000);
  });
}
