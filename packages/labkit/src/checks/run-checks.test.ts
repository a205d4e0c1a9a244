// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, SandboxError, type SandboxProcess } from '../sandbox.ts';
import type { Check } from './check.ts';
import { CheckFailure } from './failure.ts';
import { runChecks } from './run-checks.ts';
import { failed, passed, passedWith } from './verdict.ts';

/**
 * Programs of this machine in a folder of their own, with a `nmstat` that sees no port: enough to see what becomes of
 * verdicts. What checks do to packets is tested by the labs, in real sandboxes.
 */
class FolderSandbox implements Sandbox {
  readonly id = 'folder';
  readonly engine = 'unetmap';
  readonly workspace: string;
  readonly there = ['a.c'];

  constructor(workspace: string) {
    this.workspace = workspace;
  }

  exec([name = '', ...rest]: readonly string[]): Promise<SandboxProcess> {
    const nmstat = `nmstat() { echo '{"ts_us":1,"engine":"unetmap","ports":[]}'; }; `;
    const words = name === 'sh' ? ['-c', nmstat + rest[1]] : rest;
    const child = spawn(name, words, { cwd: this.workspace, stdio: 'pipe' });
    const exit = new Promise<Awaited<SandboxProcess['exit']>>((ended) => {
      child.on('close', (code, signal) =>
        ended(
          signal === null
            ? { code: code ?? 1, words: `exited with ${code}` }
            : { signal, words: `was ended by ${signal}` },
        ),
      );
    });
    return Promise.resolve({
      output: child.stdout,
      errors: child.stderr,
      exit,
      write: (bytes) => void child.stdin.write(bytes),
      end: () => child.stdin.end(),
      resize: () => undefined,
      cpuMs: () => Promise.resolve(0),
      kill: (signal) => void child.kill(signal),
    });
  }

  put = () => Promise.resolve();
  get = (paths: readonly string[]) =>
    Promise.resolve(
      paths
        .filter((path) => this.there.includes(path))
        .map((path) => ({ path, content: 'int main(void)\n{\n\treturn poll(0, 0, 0);\n}\n' })),
    );
  remove = () => Promise.resolve();
  usage = () => Promise.resolve({ memoryBytes: 0, processes: 0, diskBytes: 0, cpuMs: 0 });
  onLimit = () => undefined;
  [Symbol.asyncDispose] = () => Promise.resolve();
}

let sandbox: FolderSandbox;
beforeEach(async () => {
  sandbox = new FolderSandbox(await mkdtemp(`${tmpdir()}/ringlab-checks-`));
});
afterEach(async () => await rm(sandbox.workspace, { recursive: true }));

function check(id: string, run: Check['run'], after: readonly string[] = []): Check {
  return { id, title: `The check ${id}`, sent: 'Nothing.', expected: 'Something.', after, run };
}

const FIGURES = [{ name: 'rate', value: '2 Mpps', beside: 'reference 1 Mpps' }];

const LAB = {
  hints: { nudge: { text: 'Look there.', look: /poll\(/ }, elsewhere: { text: 'Look.', look: /select\(/ } },
  places: { b: /^main/, c: /main\(/ },
  starter: [{ path: 'a.c', content: '', editable: true }],
};

async function states(checks: readonly Check[], signal = new AbortController().signal) {
  const seen: string[] = [];
  const onResult = ({ id, state }: { id: string; state: string }) => void seen.push(`${id} ${state}`);
  const results = await runChecks({ ...LAB, checks }, sandbox, { onResult, signal });
  return { seen, results };
}

describe('running checks', () => {
  test('each is announced and judged, in order, and one that needs a failed one is skipped', async () => {
    const { seen, results } = await states([
      check('a', async () => passed),
      check('b', async () => failed('It did not.', 'nudge'), ['a']),
      check('c', async () => passed, ['b']),
      check('d', async () => passedWith('It came twice as fast.', FIGURES), ['a']),
    ]);
    expect(seen).toEqual([
      'a running',
      'a passed',
      'b running',
      'b failed',
      'c skipped',
      'd running',
      'd passed',
    ]);
    expect(results[1]).toMatchObject({ actual: 'It did not.', hint: 'Look there.', sent: 'Nothing.' });
    expect(results[2]?.actual).toContain('The check b');
    expect(results[3]).toMatchObject({ actual: 'It came twice as fast.', measured: FIGURES });
  });

  test('one that starts something in a machine is skipped where there is none, and says why', async () => {
    const inMachine = { ...check('b', async () => failed('It did not.', 'nudge')), inMachine: true };
    const checks = [check('a', async () => passed), inMachine];
    Object.assign(sandbox, { machinesMissing: 'The image is missing.' });
    const { results } = await states(checks);
    expect(results.map(({ state }) => state)).toEqual(['passed', 'skipped']);
    expect(results[1]?.actual).toContain('The image is missing.');
    Object.assign(sandbox, { machines: [{ name: 'vm1', ports: [] }] });
    expect((await states(checks)).results[1]?.state).toBe('failed');
  });

  test('the place is where the hint says, else where the step is, else nowhere', async () => {
    const { results } = await states([
      check('a', async () => failed('It did not.', 'elsewhere')),
      check('b', async () => failed('It did not.', 'nudge')),
      check('c', async () => failed('It did not.', 'elsewhere')),
    ]);
    const location = (line: number) => ({ path: 'a.c', line });
    expect(results.map((result) => result.location)).toEqual([undefined, location(3), location(1)]);
  });

  test('a file of C++ is looked at in place of that of C', async () => {
    sandbox.there.push('a.cpp');
    const { results } = await states([check('a', async () => failed('It did not.', 'nudge'))]);
    expect(results[0]?.location).toEqual({ path: 'a.cpp', line: 3 });
  });

  test('a check that throws has failed, and says that it was the check', async () => {
    const { results } = await states([check('a', () => Promise.reject(new Error('no such pipe')))]);
    expect(results[0]).toMatchObject({
      state: 'failed',
      actual: expect.stringMatching(/check itself.*no such pipe/),
    });
    expect(results[0]?.hint).toBeUndefined();
  });

  test('a program that ends before its port is there fails the check in words', async () => {
    const run: Check['run'] = async (context) => {
      await context.startWithPorts(['sh', '-c', 'echo out of luck; exit 3'], ['vale0:a']);
      return passed;
    };
    const { results } = await states([check('a', run)]);
    expect(results[0]).toMatchObject({ state: 'failed', actual: expect.stringContaining('exited with 3') });
    expect(results[0]?.actual).toContain('out of luck');
  });

  test('a program that a check left running is stopped before the next one', async () => {
    let exit: Promise<{ signal?: string | undefined }> | undefined;
    const run: Check['run'] = async (context) => {
      exit = (await context.start(['sleep', '1000'])).exit;
      return passed;
    };
    await states([check('a', run)]);
    expect(await exit).toMatchObject({ signal: 'SIGINT' });
  });

  test('whoever stops it gets the reason, and no program stays', async () => {
    const controller = new AbortController();
    let exit: Promise<unknown> | undefined;
    const run: Check['run'] = async (context) => {
      exit = (await context.start(['sleep', '1000'])).exit;
      setTimeout(() => controller.abort(new Error('stopped by hand')), 20);
      await context.pause(60_000);
      return passed;
    };
    await expect(states([check('a', run)], controller.signal)).rejects.toThrow('stopped by hand');
    await exit;
  });

  test('a sandbox that is gone is no judgment', async () => {
    const run = () => Promise.reject(new SandboxError('The sandbox is gone.'));
    await expect(states([check('a', run)])).rejects.toThrow('The sandbox is gone.');
  });

  test('what a check began and did not live to wait for fails for nobody', async () => {
    const unheard: unknown[] = [];
    const hear = (fault: unknown) => void unheard.push(fault);
    process.on('unhandledRejection', hear);
    const run: Check['run'] = (context) => {
      void context.startWithPorts(['sh', '-c', 'exit 3'], ['vale0:a']);
      return Promise.reject(new CheckFailure(failed('Something else went wrong.', 'nudge')));
    };
    const { results } = await states([check('a', run)]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.off('unhandledRejection', hear);
    expect(results[0]).toMatchObject({ actual: 'Something else went wrong.' });
    expect(unheard).toEqual([]);
  });

  test('what is optional is tried when everything else holds, and is marked', async () => {
    const fine = check('a', () => Promise.resolve(passed));
    const wrong = check('a', () => Promise.resolve(failed('No.', 'nudge')));
    const more = check('more', () => Promise.resolve(passed));
    const options = { onResult: () => undefined, signal: new AbortController().signal };
    const run = async (first: Check) =>
      await runChecks({ ...LAB, checks: [first, more], optional: new Set(['more']) }, sandbox, options);
    expect(await run(fine)).toMatchObject([{ state: 'passed' }, { state: 'passed', optional: true }]);
    expect((await run(fine))[0]).not.toHaveProperty('optional');
    expect(await run(wrong)).toMatchObject([{ state: 'failed' }, { state: 'skipped', optional: true }]);
    const elsewhere = { ...fine, inMachine: true };
    expect(await run(elsewhere)).toMatchObject([{ state: 'skipped' }, { state: 'passed', optional: true }]);
  });
});
