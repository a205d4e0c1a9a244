// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import type { Config } from '../../config.ts';
import { toldToFirst } from '../../testing/attendee.ts';
import { until } from '../contract/inside.ts';
import { FULL_USER, type TestHost } from './test-host.ts';
import { tracesOn } from './traces.ts';

/** What the page of an attendee is sent when there is no room on a host, and what is left there. */
export function sshAttendee(host: TestHost): void {
  test('an attendee of a server whose host has a full disk reads that, and nothing is left on it', async () => {
    const before = tracesOn(host);
    expect(await toldAtOnce(host, [`${FULL_USER}@${host.address}`])).toMatch(
      /^ssh: Compiling the agent on 10\.\S+ failed: .*No space left on device/,
    );
    await until(() => tracesOn(host).processes <= before.processes, 'sshd being done with every connection');
    await until(() => tracesOn(host).descriptors <= before.descriptors, 'descriptors being closed here');
    const { files, mounts } = tracesOn(host);
    expect({ files, mounts }).toEqual({ files: before.files, mounts: before.mounts });
  });
}

/** What the page says of sandboxes; Run says the same. */
async function toldAtOnce(host: TestHost, sshHosts: readonly string[]): Promise<string> {
  const { sshKey, sshKnownHosts } = host.options();
  const config: Partial<Config> = { driver: 'ssh', sshHosts: [...sshHosts], sshKey, sshKnownHosts };
  return await toldToFirst(config);
}
