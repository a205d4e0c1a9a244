// SPDX-License-Identifier: BSD-2-Clause
import { execFile } from 'node:child_process';
import { open, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Inside a sandbox, and the kernel's own outside. With it netmap's host rings reach the stack. */
export const TUN_DEVICE = '/dev/net/tun';
const FOR_EVERYBODY = 0o666;

/**
 * The device as programs of any user may open it: what it can do still takes rights over a network namespace. Where nobody
 * (udev, elsewhere) has opened the kernel's node to them, root makes one of its own at `path`. Undefined where there is none.
 */
export async function tunForAll(path: string, device = TUN_DEVICE): Promise<string | undefined> {
  const found = await stat(device).catch(() => undefined);
  if (found === undefined) return undefined;
  if ((found.mode & FOR_EVERYBODY) === FOR_EVERYBODY || process.getuid?.() !== 0) return device;
  return (await isMade(path, found.rdev)) ? path : device;
}

/** A file system may hold devices and let nobody open them. */
async function isMade(path: string, rdev: number): Promise<boolean> {
  const [major, minor] = deviceNumbers(rdev);
  await rm(path, { force: true });
  try {
    await promisify(execFile)('mknod', [
      ...['--mode', FOR_EVERYBODY.toString(8)],
      ...[path, 'c', String(major), String(minor)],
    ]);
    await (await open(path, 'r+')).close();
    return true;
  } catch {
    await rm(path, { force: true });
    return false;
  }
}

/** As `stat` packs them on Linux. */
function deviceNumbers(rdev: number): [major: number, minor: number] {
  return [(rdev >> 8) & 0xfff, (rdev & 0xff) | ((rdev >> 12) & 0xfff00)];
}
