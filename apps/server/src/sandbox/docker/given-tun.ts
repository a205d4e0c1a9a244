// SPDX-License-Identifier: BSD-2-Clause
import { join } from 'node:path';
import { TUN_DEVICE, tunForAll } from '../tun.ts';
import type { Daemon } from './daemon.ts';

/** What the daemon gives to sandboxes with interfaces as `/dev/net/tun`. */
export interface GivenTun {
  /** As the daemon sees it; undefined for none. */
  readonly path: string | undefined;
  /** What is not as it should be, a sentence with what mends it. */
  readonly problem: string | undefined;
}

/**
 * The daemon looks for it by path, and may see other file systems than the server, which is in a container then, for
 * example. `image`: any that the daemon has.
 */
export async function givenTun(
  daemon: Daemon,
  { serverKey, image }: { readonly serverKey: string; readonly image: string },
  dataDir: string,
  device = TUN_DEVICE,
): Promise<GivenTun> {
  const isSeen = (path: string) => daemon.sees(path, image, serverKey);
  const wanted = await tunForAll(join(dataDir, 'tun'), device);
  if (wanted === undefined || (await isSeen(wanted))) return { path: wanted, problem: undefined };
  const path = (await isSeen(device)) ? device : undefined;
  return {
    path,
    problem: `${NO_HOST_RINGS} ${path === undefined ? lacking(device) : unseen(wanted, device)}`,
  };
}

const NO_HOST_RINGS = 'Where a lab has interfaces, host rings (netmap:eth0^) may not reach the stack:';

function unseen(path: string, device: string): string {
  return `the Docker daemon does not see ${path}, which the server made for them. Give both that folder at the same path, or allow everybody the device on the daemon's machine: chmod 0666 ${device}`;
}

function lacking(device: string): string {
  return `the Docker daemon sees no ${device}. Load its module on the daemon's machine: modprobe tun`;
}
