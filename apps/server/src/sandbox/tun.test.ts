// SPDX-License-Identifier: BSD-2-Clause
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { TUN_DEVICE, tunForAll } from './tun.ts';

const run = promisify(execFile);

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'ringlab-tun-'));
  await chmod(path, 0o711);
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const isRoot = process.getuid?.() === 0;

test.runIf(isRoot && existsSync(TUN_DEVICE))(
  'programs of any user can open what sandboxes are given',
  async () => {
    const path = await tunForAll(join(await folder(), 'tun'));
    expect(path).toBeDefined();
    const opened = await run('setpriv', [
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      'sh',
      '-c',
      `: <> ${path}`,
    ]);
    expect(opened.stderr).toBe('');
  },
);

test.runIf(isRoot && existsSync(TUN_DEVICE))('a node of its own is the same device', async () => {
  const path = (await tunForAll(join(await folder(), 'tun'))) ?? '';
  expect((await stat(path)).rdev).toBe((await stat(TUN_DEVICE)).rdev);
  await (await open(path, 'r+')).close();
});
