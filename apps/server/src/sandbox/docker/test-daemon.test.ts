// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { until } from '../contract/inside.ts';
import { missingForDocker, TestDaemon } from './test-daemon.ts';

const TESTS = `
  import { TestDaemon } from '${import.meta.dirname}/test-daemon.ts';
  const daemon = await TestDaemon.start();
  console.log(daemon.folder);
  setInterval(() => {}, 1000);
`;

/** Of every process that names the folder, whatever it is. */
function processesOf(folder: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => textOf(`/proc/${pid}/cmdline`).includes(folder));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const skipped = missingForDocker() !== undefined && process.env.CI !== 'true';

test.skipIf(skipped)(
  'tests that are killed leave no daemon and no mounts, and their folder to the next ones',
  async () => {
    const tests = spawn(process.execPath, ['--input-type=module', '--eval', TESTS], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [folder] = (await once(createInterface({ input: tests.stdout }), 'line')) as [string];
    expect(processesOf(folder).length).toBeGreaterThan(0);
    expect(textOf('/proc/self/mounts')).not.toContain(folder);
    const ended = once(tests, 'exit');
    tests.kill('SIGKILL');
    await ended;
    await until(() => processesOf(folder).length === 0, 'the daemon to end');
    await using next = await TestDaemon.start();
    expect([existsSync(folder), existsSync(next.folder)]).toEqual([false, true]);
  },
  180_000,
);
