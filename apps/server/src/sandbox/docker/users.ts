// SPDX-License-Identifier: BSD-2-Clause
import { randomInt } from 'node:crypto';
import { SandboxError } from '@ringlab/labkit';

/**
 * Containers share the kernel's users with the machine, and the kernel counts some things by user: each container has one
 * of its own, from a range that distributions leave to containers. The image calls them all by one name.
 */
const FIRST_USER = 1_610_612_736;
const MOST_USERS = 2048;
const ACCOUNT = 'attendee';

/** One that no container on the daemon has. Rejects with SandboxError when all are taken. */
export function freeUser(taken: ReadonlySet<number>): number {
  const start = randomInt(MOST_USERS);
  for (let i = 0; i < MOST_USERS; i++) {
    const user = FIRST_USER + ((start + i) % MOST_USERS);
    if (!taken.has(user)) return user;
  }
  throw new SandboxError(`All ${MOST_USERS} sandboxes of this Docker daemon are in use.`);
}

/** The container image's /etc/passwd and /etc/group. */
export function accounts(): { readonly passwd: string; readonly group: string } {
  const users = Array.from({ length: MOST_USERS }, (_, i) => FIRST_USER + i);
  const passwd = users.map((user) => `${ACCOUNT}:x:${user}:${user}:Attendee:/workspace:/bin/bash`);
  const group = users.map((user) => `${ACCOUNT}:x:${user}:`);
  const nobody = 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin';
  return {
    passwd: lines('root:x:0:0:root:/:/usr/sbin/nologin', ...passwd, nobody),
    group: lines('root:x:0:', ...group, 'nogroup:x:65534:'),
  };
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
