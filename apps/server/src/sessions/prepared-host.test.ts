// SPDX-License-Identifier: BSD-2-Clause
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { NO_OTHER_MACHINES, TestHost } from '../sandbox/ssh/test-host.ts';
import { Attendee, LOST } from '../testing/attendee.ts';
import { shellLab } from '../testing/labs.ts';
import { TestServer } from '../testing/test-server.ts';

const PATIENCE_MS = 60_000;
vi.setConfig({ testTimeout: 2 * PATIENCE_MS, hookTimeout: 2 * PATIENCE_MS });

describe.skipIf(NO_OTHER_MACHINES)('attendees of two prepared hosts, of which one is gone,', () => {
  const host = new TestHost();
  let server: TestServer;

  beforeAll(async () => {
    await host.start();
    const sshHosts = [host.gone, ...host.options().sshHosts.slice(0, 1)];
    server = await TestServer.startWithSandboxes([shellLab], { ...host.options(), sshHosts, driver: 'ssh' });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
  });

  test('have the other one after the other, know their place, and read why a run ended with it', async () => {
    using first = await Attendee.join(server, 'First');
    using second = await Attendee.join(server, 'Second');
    expect(await first.run()).toMatchObject({ driver: 'ssh', engine: 'unetmap' });
    await second.pressRun();
    await second.sees(({ phase, queuePosition }) => phase === 'queued' && queuePosition === 1);
    await first.pressStop();
    await second.running();

    await host.shutDown();
    const words = `stopped: the connection to ${host.address} was lost`;
    expect(await second.ended()).toMatchObject({
      ...{ outcome: 'failed', processes: [{ exit: { words } }] },
      notices: [`main ${words}.`, LOST],
    });
    await host.startSshd();
    await first.run();
  });
});
