// SPDX-License-Identifier: BSD-2-Clause
import type { RunState } from '@ringlab/protocol';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { NO_OTHER_MACHINES, TestHost } from '../sandbox/ssh/test-host.ts';
import { shellLab } from '../testing/labs.ts';
import { TestServer } from '../testing/test-server.ts';
import type { TestTab } from '../testing/test-tab.ts';

const PATIENCE_MS = 60_000;
vi.setConfig({ testTimeout: 2 * PATIENCE_MS, hookTimeout: 2 * PATIENCE_MS });
const lab = shellLab.slug;

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

  const tabOf = async (name: string): Promise<TestTab> => {
    const tab = await server.tab(await server.join(name));
    await tab.request('workspace.open', { workspace: { lab } });
    const content = `echo ${name} is here\nexec sleep 1000\n`;
    await tab.request('file.save', { lab, path: 'main.sh', content, baseVersion: -1 });
    return tab;
  };
  const state = async (tab: TestTab, fits: (run: RunState) => boolean) =>
    (await tab.message('run', ({ run }) => fits(run), PATIENCE_MS)).run;
  const running = (tab: TestTab) =>
    state(tab, ({ phase, processes }) => phase === 'running' && processes[0]?.terminalId !== undefined);

  test('have the other one after the other, know their place, and read why a run ended with it', async () => {
    using first = await tabOf('First');
    using second = await tabOf('Second');
    await first.request('run.start', { lab });
    expect(await running(first)).toMatchObject({ driver: 'ssh', engine: 'unetmap' });
    await second.request('run.start', { lab });
    await state(second, ({ phase, queuePosition }) => phase === 'queued' && queuePosition === 1);
    await first.request('run.stop', { lab });
    await running(second);

    await host.shutDown();
    const ended = await state(second, ({ phase }) => phase === 'ended');
    const words = `stopped: the connection to ${host.address} was lost`;
    expect(ended).toMatchObject({ outcome: 'failed', processes: [{ exit: { words } }] });
    expect(ended.notices.join()).toContain(words);
    await host.startSshd();
    first.messages.length = 0;
    await first.request('run.start', { lab });
    await running(first);
  });
});
