// SPDX-License-Identifier: BSD-2-Clause
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { driverContract } from '../driver.contract.ts';
import { sshAttendee } from './attendee.contract.ts';
import { SshDriver } from './driver.ts';
import { sshFailures } from './failures.ts';
import { NO_OTHER_MACHINES, TestHost } from './test-host.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe.skipIf(NO_OTHER_MACHINES)('over a real sshd', () => {
  const host = new TestHost();
  beforeAll(() => host.start());
  afterAll(() => host[Symbol.asyncDispose]());

  driverContract(() => new SshDriver(host.options()));
  sshFailures(host);
  sshAttendee(host);
});
