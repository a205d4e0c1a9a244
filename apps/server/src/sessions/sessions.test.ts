// SPDX-License-Identifier: BSD-2-Clause
import type { RunState } from '@ringlab/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOST } from '../testing/attendee.ts';
import { endSandboxOf } from '../testing/end-sandbox.ts';
import { shellLab } from '../testing/labs.ts';
import { TestServer } from '../testing/test-server.ts';
import type { TestTab } from '../testing/test-tab.ts';

const lab = shellLab.slug;
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.startWithSandboxes([shellLab], { maxRuns: 1 });
});
afterAll(() => server[Symbol.asyncDispose]());

async function tabWith(name: string, script: string, cookie?: string): Promise<TestTab> {
  const tab = await server.tab(cookie ?? (await server.join(name)));
  await tab.request('workspace.open', { workspace: { lab } });
  await tab.request('file.save', { lab, path: 'main.sh', content: script, baseVersion: -1 });
  return tab;
}

const phase = async (tab: TestTab, wanted: RunState['phase'], timeoutMs = 15_000) =>
  (await tab.message('run', ({ run }) => run.phase === wanted, timeoutMs)).run;

async function run(tab: TestTab): Promise<RunState> {
  await tab.request('run.start', { lab });
  return phase(tab, 'ended');
}

const terminalOf = (state: RunState) => state.processes[0]?.terminalId ?? 0;

/** Attached from its first byte. */
async function startedTerminal(tab: TestTab): Promise<number> {
  await tab.request('run.start', { lab });
  const terminalId = terminalOf(await phase(tab, 'running').then(() => untilStarted(tab)));
  await tab.request('terminal.attach', { terminalId, offset: 0 });
  return terminalId;
}

async function untilStarted(tab: TestTab): Promise<RunState> {
  return (await tab.message('run', ({ run: state }) => state.processes[0]?.terminalId !== undefined)).run;
}

async function stop(tab: TestTab): Promise<RunState> {
  await tab.request('run.stop', { lab });
  return phase(tab, 'ended');
}

describe('a run', () => {
  test('goes through its phases and ends with what its program did', async () => {
    using tab = await tabWith('Phases', 'echo hello from $PWD\nexit 3\n');
    const ended = await run(tab);
    const phases = tab.messages.flatMap((message) => (message.type === 'run' ? [message.run.phase] : []));
    expect([...new Set(phases)]).toEqual(['queued', 'preparing', 'building', 'running', 'ended']);
    expect(ended).toMatchObject({ outcome: 'failed', processes: [{ state: 'exited', exit: { code: 3 } }] });
    expect(ended.notices.join()).toMatch(/main .*3/);
    const terminalId = terminalOf(ended);
    await tab.request('terminal.attach', { terminalId, offset: 0 });
    await tab.printed(terminalId, 'hello from /workspace');
  });

  test('that does not build says so and starts nothing', async () => {
    using tab = await tabWith('No build', 'if then fi (\n');
    const ended = await run(tab);
    expect(ended).toMatchObject({ outcome: 'build-failed', processes: [{ state: 'waiting' }] });
    await tab.request('terminal.attach', { terminalId: ended.buildTerminalId ?? 0, offset: 0 });
    await tab.printed(ended.buildTerminalId ?? 0, 'main.sh');
  });

  test('whose sandbox goes away while it builds says so, and what to do', async () => {
    using tab = await tabWith('Lost build', 'echo never\n');
    const content = 'all:\n\tsleep 31901\n';
    await tab.request('file.save', { lab, path: 'GNUmakefile', content, baseVersion: 0 });
    const [{ outcome, notices }] = await Promise.all([run(tab), endSandboxOf(['sleep', '31901'])]);
    expect({ outcome, notices }).toEqual({
      outcome: 'failed',
      notices: [`The build stopped: its sandbox ended. ${LOST}`],
    });
  });

  test('whose build names what is no source runs all the same', async () => {
    using tab = await tabWith('Odd build', 'echo built\n');
    const content =
      "all:\n\tmkdir -p folder\n\t@echo 'folder:1:1: warning: x'; echo 'a//b.c:1:1: warning: y'\n";
    await tab.request('file.save', { lab, path: 'GNUmakefile', content, baseVersion: 0 });
    const { outcome, notices, diagnostics } = await run(tab);
    expect({ outcome, notices }).toEqual({ outcome: 'finished', notices: [] });
    expect(diagnostics.map(({ path }) => path)).toEqual(['folder', 'a//b.c']);
  });

  test('that crashes names the signal', async () => {
    using tab = await tabWith('Crash', 'kill -SEGV $$\n');
    const ended = await run(tab);
    expect(ended).toMatchObject({ outcome: 'failed', processes: [{ exit: { signal: 'SIGSEGV' } }] });
    expect(ended.notices.join()).toMatch(/SIGSEGV/);
  });

  test('that never ends is ended by Stop, also when it ignores signals', async () => {
    using tab = await tabWith('Deaf', "trap '' INT TERM\necho deaf\nwhile :; do sleep 1; done\n");
    await tab.printed(await startedTerminal(tab), 'deaf');
    expect(await stop(tab)).toMatchObject({ outcome: 'stopped', processes: [{ state: 'exited' }] });
  });

  test('waits in a queue with a position that is told, and can be stopped there', async () => {
    using first = await tabWith('First', 'sleep 60\n');
    await startedTerminal(first);
    using second = await tabWith('Second', 'echo second ran\n');
    using third = await tabWith('Third', 'echo third ran\n');
    await second.request('run.start', { lab });
    await second.message('run', ({ run: state }) => state.queuePosition === 1);
    await third.request('run.start', { lab });
    await third.message('run', ({ run: state }) => state.queuePosition === 2);
    expect(await stop(second)).toMatchObject({ outcome: 'stopped' });
    await third.message('run', ({ run: state }) => state.queuePosition === 1);
    await stop(first);
    expect(await phase(third, 'ended')).toMatchObject({ outcome: 'finished' });
  });

  test('tells how much of a processor its program uses', async () => {
    using tab = await tabWith('Busy', 'while :; do :; done\n');
    await startedTerminal(tab);
    await tab.message('run', ({ run: state }) => (state.processes[0]?.cpu ?? 0) > 0.1);
    await stop(tab);
  });

  test('cannot be started twice', async () => {
    using tab = await tabWith('Twice', 'sleep 60\n');
    await startedTerminal(tab);
    await expect(tab.request('run.start', { lab })).rejects.toThrow(/busy/);
    await stop(tab);
  });

  test('goes on while the tab is away, and a tab that comes back gets every byte once', async () => {
    const cookie = await server.join('Reload');
    const script = 'i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.01; done\n';
    using tab = await tabWith('Reload', script, cookie);
    const terminalId = await startedTerminal(tab);
    await tab.printed(terminalId, 'line 20');
    const had = tab.output(terminalId);
    tab[Symbol.dispose]();
    using again = await server.tab(cookie);
    const state = await again.request('workspace.open', { workspace: { lab } });
    expect(state.run?.phase).toBe('running');
    await again.request('terminal.attach', { terminalId, offset: had.length });
    const next = had.toString().split('\n').length + 20;
    await again.printed(terminalId, `line ${next}\r\n`);
    const lines = (had.toString() + again.output(terminalId).toString()).split('\r\n').slice(0, next);
    expect(lines).toEqual(Array.from({ length: next }, (_, index) => `line ${index + 1}`));
    await stop(again);
  });
});

describe('a shell', () => {
  test('reads what is typed, once, and shows what it prints', async () => {
    using tab = await tabWith('Shell', '');
    const { terminalId } = await tab.request('terminal.open', { lab, cols: 80, rows: 24 });
    await tab.request('terminal.attach', { terminalId, offset: 0 });
    tab.type(terminalId, 'echo $((40 + 2)) && stty size\n');
    await tab.printed(terminalId, '42\r\n24 80');
    tab.sendText({ type: 'terminal.resize', terminalId, cols: 100, rows: 30 });
    tab.type(terminalId, 'stty size; exit 5\n');
    await tab.printed(terminalId, '30 100');
    const changed = await tab.message('terminal.changed', ({ terminal }) => terminal.exit !== undefined);
    expect(changed.terminal.exit?.code).toBe(5);
  });

  test('sees what is saved while it is open, and no longer what is deleted', async () => {
    using tab = await tabWith('Saves', 'echo one\n');
    const { terminalId } = await tab.request('terminal.open', { lab, cols: 80, rows: 24 });
    await tab.request('terminal.attach', { terminalId, offset: 0 });
    const save = (path: string, content: string) =>
      tab.request('file.save', { lab, path, content, baseVersion: -1 });
    await save('main.sh', 'echo two-$((1+1))\n');
    await save('own.txt', 'mine');
    tab.type(terminalId, 'until grep -q mine own.txt; do sleep 0.05; done; sh main.sh\n');
    await tab.printed(terminalId, 'two-2');
    await tab.request('file.delete', { lab, path: 'own.txt' });
    tab.type(terminalId, 'while [ -e own.txt ]; do sleep 0.05; done; echo gone-$((1+1))\n');
    await tab.printed(terminalId, 'gone-2');
  });

  test('sends nothing to a tab that has detached, however soon', async () => {
    using tab = await tabWith('Detached', '');
    const { terminalId } = await tab.request('terminal.open', { lab, cols: 80, rows: 24 });
    const attached = tab.request('terminal.attach', { terminalId, offset: 0 });
    await Promise.all([attached, tab.request('terminal.detach', { terminalId })]);
    tab.type(terminalId, 'echo unheard\n');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(tab.output(terminalId).toString()).toBe('');
  });

  test("is the owner's: an instructor reads along and cannot type", async () => {
    using tab = await tabWith('Watched', '');
    const { terminalId } = await tab.request('terminal.open', { lab, cols: 80, rows: 24 });
    tab.type(terminalId, 'echo first-$((1 + 1))\n');
    using instructor = await server.tab(await server.instructor());
    await instructor.request('terminal.attach', { terminalId, offset: 0 });
    await instructor.printed(terminalId, 'first-2');
    instructor.type(terminalId, 'echo intruder\n');
    expect((await instructor.message('complaint')).error.code).toBe('no-such-terminal');
    using other = await server.tab(await server.join('Other'));
    await expect(other.request('terminal.attach', { terminalId, offset: 0 })).rejects.toThrow(
      /no-such-terminal/,
    );
    await tab.request('terminal.close', { terminalId });
    await instructor.until(
      () => (tab.messages.some(({ type }) => type === 'terminal.closed') ? true : undefined),
      'the close',
    );
    expect(instructor.output(terminalId).toString()).not.toContain('intruder');
  });
});

test('shells that are asked for at the same time are no more than one after the other', async () => {
  using tab = await tabWith('Many shells', '');
  const asked = Array.from({ length: 12 }, () => tab.request('terminal.open', { lab, cols: 80, rows: 24 }));
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
});

test('the last result is there after the session ended', async () => {
  const cookie = await server.join('Results');
  using tab = await server.tab(cookie);
  await tab.request('workspace.open', { workspace: { lab } });
  await run(tab);
  const state = await tab.request('workspace.open', { workspace: { lab } });
  expect(state.run).toMatchObject({ phase: 'ended', outcome: 'finished' });
});

describe('a program that', () => {
  test('fills memory is stopped, told in words, and harms nobody', { timeout: 30_000 }, async () => {
    using tab = await tabWith('Memory', 'exec tail /dev/zero\n');
    await tab.request('run.start', { lab });
    const ended = await phase(tab, 'ended', 25_000);
    expect(ended.outcome).toBe('limit');
    expect(ended.notices.join(' ')).toMatch(/memory/i);
  });

  test('forks without end can be stopped, and the next run is as ever', { timeout: 30_000 }, async () => {
    using tab = await tabWith('Forks', 'echo forking\nf() { f | f & }\nf\nsleep 60\n');
    await tab.printed(await startedTerminal(tab), 'forking');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await stop(tab)).outcome).toBe('stopped');
    tab.messages.length = 0;
    await tab.request('file.save', { lab, path: 'main.sh', content: 'echo fine\n', baseVersion: -1 });
    expect((await run(tab)).outcome).toBe('finished');
  });

  test('prints for ever can be stopped, while another terminal answers at once', {
    timeout: 30_000,
  }, async () => {
    using tab = await tabWith('Prints', 'exec yes "for ever and ever"\n');
    await startedTerminal(tab);
    const { terminalId } = await tab.request('terminal.open', { lab, cols: 80, rows: 24 });
    await tab.request('terminal.attach', { terminalId, offset: 0 });
    const startedMs = performance.now();
    tab.type(terminalId, 'echo still-$((1+1))\n');
    await tab.printed(terminalId, 'still-2');
    expect(performance.now() - startedMs).toBeLessThan(2000);
    expect((await stop(tab)).outcome).toBe('stopped');
  });

  test('stops everything that would end it is ended by Stop', { timeout: 30_000 }, async () => {
    const others = 'cd /proc; for p in [0-9]*; do [ $p = 1 ] || [ $p = $$ ] || kill -STOP $p; done';
    using tab = await tabWith('Stops', `while :; do ${others}; done 2>/dev/null\n`);
    await startedTerminal(tab);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await stop(tab)).outcome).toBe('stopped');
    tab.messages.length = 0;
    await tab.request('file.save', { lab, path: 'main.sh', content: 'echo fine\n', baseVersion: -1 });
    expect((await run(tab)).outcome).toBe('finished');
  });

  test('fills the disk is told so', { timeout: 30_000 }, async () => {
    const script = 'i=0; while i=$((i+1)); head -c 50000000 /dev/zero > big$i; do :; done; sleep 1; exit 1\n';
    using tab = await tabWith('Disk', script);
    await run(tab);
    await tab.message('run', ({ run: state }) => /Disk full/.test(state.notices.join()));
  });
});

test('a session that nobody looks at any more ends, and says so to nobody who is not there', {
  timeout: 30_000,
}, async () => {
  await using idle = await TestServer.startWithSandboxes([shellLab], {
    idleTimeoutMs: 300,
    poolSandboxes: 0,
  });
  const cookie = await idle.join('Gone');
  const tab = await idle.tab(cookie);
  await tab.request('workspace.open', { workspace: { lab } });
  await tab.request('file.save', { lab, path: 'main.sh', content: 'sleep 100\n', baseVersion: -1 });
  await tab.request('run.start', { lab });
  await phase(tab, 'running');
  tab[Symbol.dispose]();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  using back = await idle.tab(cookie);
  const state = await back.request('workspace.open', { workspace: { lab } });
  expect(state.run).toMatchObject({ phase: 'ended', outcome: 'stopped' });
  expect(state.terminals).toEqual([]);
});
