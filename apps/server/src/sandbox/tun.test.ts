// SPDX-License-Identifier: BSD-2-Clause
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { tunForAll } from './tun.ts';

const run = promisify(execFile);

/** In a folder of its own: the kernel's node as it was made, whatever this machine has; any device will do. */
async function kernelsNode(mode: string) {
  const folder = await mkdtemp(join(tmpdir(), 'ringlab-tun-'));
  await chmod(folder, 0o711);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const device = join(folder, 'kernel');
  await run('mknod', ['--mode', mode, device, 'c', '1', '3']);
  return { device, own: join(folder, 'own') };
}

function openedByAnybody(path: string): Promise<unknown> {
  const anybody = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
  return run('setpriv', [...anybody, 'sh', '-c', `: <> ${path}`]);
}

test('where there is no such device, sandboxes are given none', async () => {
  expect(await tunForAll('/nonexistent/own', '/nonexistent/kernel')).toBeUndefined();
});

test.runIf(process.getuid?.() === 0)(
  'what is for root alone, sandboxes are given as a node that programs of any user can open',
  async () => {
    const { device, own } = await kernelsNode('600');
    await expect(openedByAnybody(device)).rejects.toThrow('Permission denied');
    expect(await tunForAll(own, device)).toBe(own);
    await openedByAnybody(own);
    expect((await stat(own)).rdev).toBe((await stat(device)).rdev);
  },
);

test.runIf(process.getuid?.() === 0)('what is for everybody, sandboxes are given as it is', async () => {
  const { device, own } = await kernelsNode('666');
  expect(await tunForAll(own, device)).toBe(device);
});

test.runIf(process.getuid?.() === 0)(
  'where a node of its own can be made and not opened, there is none',
  async () => {
    const { device, own } = await kernelsNode('600');
    const script = `import { tunForAll } from '${join(import.meta.dirname, 'tun.ts')}'; console.log(await tunForAll('${own}/tun', '${device}'));`;
    const { stdout } = await run('unshare', [
      ...['--mount', 'sh', '-c', 'mkdir "$0" && mount -t tmpfs -o nodev none "$0" && "$@"', own],
      ...[process.execPath, '--input-type=module', '-e', script],
    ]);
    expect(stdout).toBe(`${device}\n`);
  },
);
