// SPDX-License-Identifier: BSD-2-Clause
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

export const KVM_DEVICE = '/dev/kvm';

/** As words of setpriv: a machine's user, who has no right but to the device, where that has a group of its own. */
export async function become(user: number, device = KVM_DEVICE): Promise<string[]> {
  const found = await stat(device).catch(() => undefined);
  const groups =
    found === undefined || found.gid === 0 ? ['--clear-groups'] : ['--groups', String(found.gid)];
  return ['--reuid', String(user), '--regid', String(user), ...groups];
}

/** Why machines cannot have the device, a sentence with what mends that. `user`: whom they run as; undefined for the server's own. */
export async function whyNotOpen(device: string, user: number | undefined): Promise<string | undefined> {
  if ((await stat(device).catch(() => undefined)) === undefined)
    return `This machine has no /dev/kvm, ${EMULATED}`;
  const opening = user === undefined ? access(device, constants.R_OK | constants.W_OK) : opened(device, user);
  return await opening.then(
    () => undefined,
    () => (user === undefined ? NOT_THIS_USER : NOT_THEIR_USER),
  );
}

async function opened(device: string, user: number): Promise<void> {
  const words = [...(await become(user, device)), 'sh', '-c', ': <> "$0"', device];
  await promisify(execFile)('setpriv', words);
}

const EMULATED = 'so virtual machines are emulated, and slower.';
const NOT_THIS_USER = `This user may not open /dev/kvm, ${EMULATED} Join its group (usermod -aG kvm "$USER"), sign in again, and start the server.`;
const NOT_THEIR_USER = `/dev/kvm is for root alone, and machines run as users without any right, ${EMULATED} Give it to its group (chown root:kvm /dev/kvm && chmod 660 /dev/kvm), and start the server again.`;
