// SPDX-License-Identifier: BSD-2-Clause
import { setTimeout } from 'node:timers/promises';
import type { RingHold, RingOrder } from '@ringlab/protocol';
import { expect, test } from 'vitest';
import { shellLab } from '../testing/labs.ts';
import { TestServer } from '../testing/test-server.ts';
import type { TestTab } from '../testing/test-tab.ts';

const LAB = shellLab.slug;
const PORT = 'vale0:gen';
const SLOW_MS = 30_000;

const labThatRuns = (script: string) => ({
  ...shellLab,
  starter: [{ path: 'main.sh', content: script, editable: true }],
  build: { argv: ['true'], timeoutMs: 10_000 },
});

const steer = (tab: TestTab, order: RingOrder) => tab.request('rings.steer', { lab: LAB, order });

async function open(server: TestServer, ports = [PORT]): Promise<TestTab> {
  const tab = await server.tab(await server.join('Ada'));
  await tab.request('workspace.open', { workspace: { lab: LAB } });
  await tab.request('rings.watch', { workspace: { lab: LAB }, ports });
  return tab;
}

const held = (tab: TestTab, fits: (hold: RingHold) => boolean) =>
  tab.message('rings', ({ look }) => look.hold !== undefined && fits(look.hold), SLOW_MS);

const ended = (tab: TestTab) => tab.message('run', ({ run }) => run.phase === 'ended', SLOW_MS);

test('a program is held from its first sync on, takes steps, and is let go', {
  timeout: 90_000,
}, async () => {
  const lab = labThatRuns(`exec pkt-gen -i ${PORT} -f tx -n 2000 -b 100\n`);
  await using server = await TestServer.startWithSandboxes([lab]);
  using tab = await open(server);
  await steer(tab, { kind: 'hold', port: PORT });
  await held(tab, ({ port }) => port === PORT);
  await tab.request('run.start', { lab: LAB });

  const before = await held(tab, ({ phase, stops }) => phase === 'before' && stops === 0);
  const released = before.look.rings.find(({ dir }) => dir === 'tx');
  expect(released).toMatchObject({ port: PORT, slots: 1024, head: 100, hwcur: 0 });
  expect(released?.runs.reduce((sum, [slots]) => sum + slots, 0)).toBe(1024);

  await steer(tab, { kind: 'step' });
  const after = await held(tab, ({ phase, stops }) => phase === 'after' && stops === 1);
  expect(after.look.rings.find(({ dir }) => dir === 'tx')).toMatchObject({ head: 100, hwcur: 100 });

  await tab.request('rings.watch', {
    workspace: { lab: LAB },
    ports: [PORT],
    frame: { port: PORT, dir: 'tx', ring: 0, slot: 3 },
  });
  const { look } = await tab.message(
    'rings',
    (event) => event.look.rings.some(({ frame }) => frame),
    SLOW_MS,
  );
  expect(look.rings.find(({ frame }) => frame)?.frame).toMatchObject({
    slot: 3,
    hex: expect.stringMatching(/^f{12}/),
  });

  await steer(tab, { kind: 'pace', perSecond: 40 });
  await held(tab, ({ perSecond, stops }) => perSecond === 40 && stops > 3);
  await steer(tab, { kind: 'go' });
  expect((await ended(tab)).run.outcome).toBe('finished');
});

test('Stop ends a program that is held, and so does the last tab that looks', {
  timeout: 90_000,
}, async () => {
  const lab = labThatRuns(`exec pkt-gen -i ${PORT} -f tx\n`);
  await using server = await TestServer.startWithSandboxes([lab]);
  using tab = await open(server);
  await steer(tab, { kind: 'hold', port: PORT });
  await tab.request('run.start', { lab: LAB });
  await held(tab, ({ phase }) => phase === 'before');
  await tab.request('run.stop', { lab: LAB });
  await ended(tab);

  const { runId } = await tab.request('run.start', { lab: LAB });
  await tab.message('run', ({ run }) => run.runId === runId && run.phase === 'running', SLOW_MS);
  await tab.request('rings.watch', { workspace: { lab: LAB }, ports: [] });
  const sends = ({ sample }: { sample: { runId: string; ports: { tx: { packets: number } }[] } }) =>
    sample.runId === runId && (sample.ports[0]?.tx.packets ?? 0) > 100_000;
  await tab.message('rates', sends, SLOW_MS);
});

test('rings that move are seen about twenty times a second, and not more', {
  timeout: 90_000,
}, async () => {
  const lab = labThatRuns(`exec pkt-gen -i ${PORT} -f tx -R 2000 -b 20\n`);
  await using server = await TestServer.startWithSandboxes([lab]);
  using tab = await open(server);
  await tab.request('run.start', { lab: LAB });
  await tab.message('rings', ({ look }) => look.rings.some(({ hwcur }) => hwcur > 0), SLOW_MS);
  const looks = () => tab.messages.filter(({ type }) => type === 'rings').length;
  const before = looks();
  const [ticks, tickMs] = [40, 50];
  const startedMs = performance.now();
  // A busy machine keeps this process waiting as it does the one that looks.
  for (let tick = 0; tick < ticks; tick++) await setTimeout(tickMs);
  const seen = looks() - before;
  expect(seen).toBeGreaterThan(ticks / 2);
  expect(seen / (performance.now() - startedMs)).toBeLessThan(30 / 1000);
});
