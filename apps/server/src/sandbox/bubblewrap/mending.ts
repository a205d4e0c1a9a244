// SPDX-License-Identifier: BSD-2-Clause

import { readFile } from 'node:fs/promises';
import { SandboxError } from '@ringlab/labkit';

/** Settings that forbid user namespaces, on the distributions that have them. */
const SETTINGS = [
  {
    file: 'kernel/unprivileged_userns_clone',
    forbids: (value: number) => value === 0,
    mend: 'kernel.unprivileged_userns_clone=1',
  },
  {
    file: 'user/max_user_namespaces',
    forbids: (value: number) => value < 16,
    mend: 'user.max_user_namespaces=10000',
  },
  {
    file: 'kernel/apparmor_restrict_unprivileged_userns',
    forbids: (value: number) => value === 1,
    mend: 'kernel.apparmor_restrict_unprivileged_userns=0',
  },
];

/**
 * What keeps bwrap from making a sandbox, and the command that mends it. `errors` is what was printed; where that is
 * nothing, `otherwise` is what else is known.
 */
export async function explainFailure(
  errors: string,
  otherwise = 'it ended without a word',
): Promise<SandboxError> {
  const last = errors.trim().split('\n').at(-1) ?? '';
  if (last.startsWith('bwrap: No such file') && !last.includes(':', 7)) return missing();
  for (const { file, forbids, mend } of SETTINGS) {
    const value = await readFile(`/proc/sys/${file}`, 'utf8').catch(() => '');
    if (value !== '' && forbids(Number(value)))
      return new SandboxError(
        `This machine forbids user namespaces, which sandboxes need. Allow them: sysctl -w ${mend}`,
      );
  }
  if (/uid map|namespace|Operation not permitted/.test(last))
    return new SandboxError(
      `This machine does not let bubblewrap make a sandbox (${last}). In a container, start it with --security-opt seccomp=unconfined --security-opt systempaths=unconfined`,
    );
  return new SandboxError(`bubblewrap could not make a sandbox: ${last === '' ? otherwise : last}`);
}

function missing(): SandboxError {
  return new SandboxError('bubblewrap is not installed. Install it: apt-get install bubblewrap');
}
