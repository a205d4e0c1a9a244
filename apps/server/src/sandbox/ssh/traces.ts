// SPDX-License-Identifier: BSD-2-Clause
import { readdirSync } from 'node:fs';
import type { TestHost } from './test-host.ts';

/** Everything that sandboxes could leave on the hosts and here. */
export function tracesOn(host: TestHost) {
  return {
    processes: host.processes().length,
    files: host.files(),
    mounts: host.mounts(),
    descriptors: readdirSync('/proc/self/fd').length,
  };
}
