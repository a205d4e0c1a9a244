// SPDX-License-Identifier: BSD-2-Clause
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cookieOf } from './testing/test-server.ts';
import { TestTab } from './testing/test-tab.ts';

const main = join(import.meta.dirname, 'main.ts');
const lab = '03-sink';

let dataDir: string;
const started: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ringlab-test-'));
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  await rm(dataDir, { recursive: true, force: true });
});

class Server {
  readonly child: ChildProcess;
  output = '';

  constructor(env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [main], {
      env: {
        ...process.env,
        RINGLAB_PORT: '0',
        RINGLAB_DATA_DIR: dataDir,
        RINGLAB_POOL_SANDBOXES: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(this.child);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.output += bytes.toString();
      });
    }
  }

  /** Resolves with what it printed up to its exit. */
  async ended(): Promise<{ code: number | null; output: string }> {
    const [code] = (await once(this.child, 'close')) as [number | null];
    return { code, output: this.output };
  }

  async ready(): Promise<{ origin: string; courseCode: string }> {
    while (!this.output.includes('Instructor: ')) {
      if (this.child.exitCode !== null) throw new Error(this.output);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const link = /Attendees: +(\S+)/.exec(this.output)?.[1] ?? '';
    return { origin: new URL(link).origin, courseCode: new URL(link).searchParams.get('code') ?? '' };
  }
}

async function signUp(origin: string, code: string): Promise<string> {
  const headers = { 'Content-Type': 'application/json' };
  return cookieOf(
    await fetch(`${origin}/api/join`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ code, name: 'Ana' }),
    }),
  );
}

describe('killed without warning', { timeout: 90_000 }, () => {
  test('the server has every save that it acknowledged, the codes and who was signed in', async () => {
    const first = new Server();
    const { origin, courseCode } = await first.ready();
    const cookie = await signUp(origin, courseCode);
    const tab = await TestTab.open({ origin, cookie });
    let acknowledged = 0;
    const saving = (async () => {
      for (let round = 1; ; round++) {
        const content = `round ${round}\n`;
        await tab.request('file.save', { lab, path: 'sink.c', content, baseVersion: -1 });
        acknowledged = round;
      }
    })().catch(() => undefined);
    await tab.until(() => (acknowledged >= 25 ? true : undefined), '25 saves').catch(() => undefined);
    while (acknowledged < 25) await new Promise((resolve) => setTimeout(resolve, 10));
    first.child.kill('SIGKILL');
    await Promise.all([
      once(first.child, 'exit'),
      Promise.race([saving, new Promise((done) => setTimeout(done, 500))]),
    ]);

    const again = await new Server().ready();
    expect(again.courseCode).toBe(courseCode);
    using back = await TestTab.open({ origin: again.origin, cookie });
    const { files } = await back.request('workspace.open', { workspace: { lab } });
    const saved = Number(/\d+/.exec(files.find(({ path }) => path === 'sink.c')?.content ?? '')?.[0]);
    expect(saved).toBeGreaterThanOrEqual(acknowledged);
    expect(saved).toBeLessThanOrEqual(acknowledged + 1);
  });

  test('a run that went on is recorded as ended with the server, and its sandbox is gone', async () => {
    const first = new Server();
    const { origin, courseCode } = await first.ready();
    const cookie = await signUp(origin, courseCode);
    const tab = await TestTab.open({ origin, cookie });
    await tab.request('workspace.open', { workspace: { lab } });
    await tab.request('run.start', { lab });
    await tab.message('run', ({ run }) => run.phase === 'building' || run.phase === 'running');
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const { origin: newOrigin } = await new Server().ready();
    using back = await TestTab.open({ origin: newOrigin, cookie });
    const { run, terminals } = await back.request('workspace.open', { workspace: { lab } });
    expect(run).toMatchObject({ phase: 'ended', outcome: 'server-restarted' });
    expect(run?.notices.join()).toMatch(/restarted/);
    expect([run?.buildTerminalId, terminals]).toEqual([undefined, []]);
  });
});

describe('a start that cannot succeed says so in one line and exits with 1', { timeout: 90_000 }, () => {
  test('the port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const { code, output } = await new Server({ RINGLAB_PORT: `${port}` }).ended();
    taken.close();
    expect(code).toBe(1);
    expect(output.trim()).toMatch(new RegExp(`^Port ${port} of 127.0.0.1 is in use\\..*RINGLAB_PORT.*$`));
  });

  test('the data folder is in use', async () => {
    await new Server().ready();
    const { code, output } = await new Server().ended();
    expect(code).toBe(1);
    expect(output.trim()).toMatch(/^Another Ringlab server uses .*$/);
  });

  test('a variable is wrong', async () => {
    const { code, output } = await new Server({ RINGLAB_PORT: 'http' }).ended();
    expect(code).toBe(1);
    expect(output).toMatch(/RINGLAB_PORT: /);
  });
});

test('SIGTERM ends it with 0 and leaves its database whole', { timeout: 90_000 }, async () => {
  const server = new Server();
  await server.ready();
  server.child.kill('SIGTERM');
  expect((await server.ended()).code).toBe(0);
  expect((await readdir(dataDir)).filter((name) => name.endsWith('-wal'))).toEqual([]);
});

test('a failure that the checks of a lab leave behind ends nobody else', { timeout: 90_000 }, async () => {
  const labs = join(dataDir, 'labs');
  const lab = join(labs, '80-careless');
  await cp(join(import.meta.dirname, '../../../labs/template/00-example'), lab, { recursive: true });
  await appendFile(
    join(lab, 'checks.ts'),
    "\nsetTimeout(() => Promise.reject(new Error('left behind')), 10);\n",
  );
  const server = new Server({ RINGLAB_MORE_LABS: lab });
  const { origin } = await server.ready();
  while (!server.output.includes('left behind')) await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await fetch(origin)).status).toBe(200);
});

test('with a driver that is not there it serves all the same, and says what is wrong', {
  timeout: 90_000,
}, async () => {
  const server = new Server({ RINGLAB_DRIVER: 'swarm' });
  const { origin, courseCode } = await server.ready();
  const cookie = await signUp(origin, courseCode);
  using tab = await TestTab.open({ origin, cookie });
  expect((await tab.message('welcome')).sandbox).toMatchObject({
    usable: false,
    message: expect.any(String),
  });
});
