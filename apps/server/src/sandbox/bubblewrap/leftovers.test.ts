// SPDX-License-Identifier: BSD-2-Clause
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { controlGroupsOf } from '../contract/control-groups.ts';
import { cyclesOr, tellCounts } from '../contract/cycles.ts';
import { finish, textOf, until } from '../contract/inside.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { BubblewrapDriver } from './driver.ts';
import { RunFolder } from './run-folder.ts';
import { testOptions } from './test-folders.ts';

const CYCLES = cyclesOr(12);
const isRoot = process.getuid?.() === 0;

/** Everything on this machine that a sandbox of that run folder could leave. */
function traces(folder: RunFolder): Record<string, unknown> {
  return {
    processes: processesOf(folder),
    groups: controlGroupsOf(folder.name),
    mounts: readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(folder.path)),
    sockets: existsSync(folder.path) ? readdirSync(`${folder.path}/s`) : [],
    descriptors: readdirSync('/proc/self/fd').length,
  };
}

/** The launcher, bwrap and the agents name the run folder on their command lines; what runs inside is theirs alone. */
function processesOf(folder: RunFolder): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder.path) ||
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`trace-${folder.key}`)
      );
    } catch {
      return false;
    }
  });
}

describe('sandboxes leave nothing', () => {
  const options = testOptions();
  const folder = new RunFolder(options.dataDir);
  const driver = new BubblewrapDriver(options);
  beforeAll(async () => void (await driver.probe()));
  afterAll(async () => {
    await driver[Symbol.asyncDispose]();
    options[Symbol.dispose]();
  });

  test(
    `after ${CYCLES} times making one, running a program that stays, and ending it`,
    async () => {
      const before = traces(folder);
      for (let i = 0; i < CYCLES; i++) {
        await using sandbox = await driver.create({ id: `cycle-${i}`, limits: DEFAULT_LIMITS });
        const staying = await sandbox.exec(['bash', '-c', `exec -a trace-${folder.key} sleep 1000`], {
          pty: { cols: 80, rows: 24 },
        });
        const stray = await sandbox.exec(['sh', '-c', 'setsid sleep 1001 & echo up; sleep 1002']);
        await sandbox.put([{ path: 'a/b', content: 'c' }]);
        expect((await finish(await sandbox.exec(['cat', 'a/b']))).out).toBe('c');
        void [textOf(staying.output), textOf(stray.output)];
      }
      await until(
        () => JSON.stringify(traces(folder)) === JSON.stringify(before),
        `the traces going: ${JSON.stringify(before)}`,
      );
      tellCounts(`${CYCLES} sandboxes by bubblewrap`, before, traces(folder));
      expect(traces(folder)).toEqual(before);
    },
    60_000 + CYCLES * 5000,
  );

  test('when making one fails half way', async () => {
    const before = traces(folder);
    const noSpace = { ...DEFAULT_LIMITS, diskBytes: -1 };
    await expect(driver.create({ id: 'fails', limits: noSpace })).rejects.toThrow(
      /bubblewrap could not make a sandbox/,
    );
    await until(() => JSON.stringify(traces(folder)) === JSON.stringify(before), 'the traces going');
  });

  test('of what the driver made for itself', async () => {
    const own = testOptions();
    const ownFolder = new RunFolder(own.dataDir);
    onTestFinished(() => own[Symbol.dispose]());
    {
      await using other = new BubblewrapDriver(own);
      await other.create({ id: 'forgotten', limits: DEFAULT_LIMITS });
      expect(existsSync(ownFolder.path)).toBe(true);
    }
    expect(existsSync(ownFolder.path)).toBe(false);
    expect(processesOf(ownFolder)).toEqual([]);
  });
});

describe('a server that is killed', () => {
  const SERVER = `
    import { BubblewrapDriver } from '${import.meta.dirname}/driver.ts';
    import { DEFAULT_LIMITS } from '${import.meta.dirname}/../limits.ts';
    const [dataDir, unetmapDir, name] = process.argv.slice(1);
    const sandbox = await new BubblewrapDriver({ dataDir, unetmapDir }).create({ id: 'x', limits: DEFAULT_LIMITS });
    await sandbox.exec(['bash', '-c', 'setsid bash -c "exec -a ' + name + ' sleep 1000" & exec -a ' + name + ' sleep 1001']);
    console.log('up');
    setInterval(() => {}, 1000);
  `;

  async function startServer(
    options: { dataDir: string; unetmapDir: string },
    name: string,
  ): Promise<ChildProcess> {
    const args = ['--input-type=module', '--eval', SERVER, options.dataDir, options.unetmapDir, name];
    const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void server.kill('SIGKILL'));
    await once(createInterface({ input: server.stdout }), 'line');
    return server;
  }

  test('takes its sandboxes with it, and the next one finds a clean house', async () => {
    using options = testOptions();
    const folder = new RunFolder(options.dataDir);
    const server = await startServer(options, `trace-${folder.key}`);
    await until(() => processesOf(folder).length >= 4, 'the sandbox running');

    await using next = new BubblewrapDriver(options);
    expect(await next.probe()).toMatchObject({
      usable: false,
      message: expect.stringMatching(/Another server \(process \d+\)/),
    });

    server.kill('SIGKILL');
    await once(server, 'exit');
    await until(() => processesOf(folder).length === 0, 'its processes ending');

    for await (const sandbox of next.adopt()) expect.unreachable(`adopted ${sandbox.id}`);
    expect(readdirSync(`${folder.path}/s`)).toEqual([]);
    expect(controlGroupsOf(folder.name)).toEqual([]);
    expect(await next.probe()).toMatchObject({ usable: true });
  });

  test('and never comes back has its folder removed by any other one', async () => {
    using lost = testOptions();
    const folder = new RunFolder(lost.dataDir);
    const server = await startServer(lost, `trace-${folder.key}`);
    server.kill('SIGKILL');
    await once(server, 'exit');
    await until(() => processesOf(folder).length === 0, 'its processes ending');
    using options = testOptions();
    await using other = new BubblewrapDriver(options);
    for await (const _ of other.adopt());
    expect([existsSync(folder.path), controlGroupsOf(folder.name)]).toEqual([false, []]);
  });

  test.runIf(isRoot)('that left a process behind all the same has it removed by the next one', async () => {
    using options = testOptions();
    const folder = new RunFolder(options.dataDir);
    await folder.take();
    const stray = spawn('sleep', ['1000'], { stdio: 'ignore' });
    await folder.remember(await folder.takeSlot(), stray.pid ?? 0);
    await using next = new BubblewrapDriver(options);
    const ended = once(stray, 'exit');
    for await (const _ of next.adopt());
    expect(await ended).toEqual([null, 'SIGKILL']);
  });
});
