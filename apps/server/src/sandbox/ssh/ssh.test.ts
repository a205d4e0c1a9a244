// SPDX-License-Identifier: BSD-2-Clause
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { driverContract } from '../driver.contract.ts';
import { SshDriver } from './driver.ts';
import { sshFailures } from './failures.ts';
import { TestHost } from './test-host.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** A network namespace needs root; without it there is no other machine to try. */
describe.skipIf(process.getuid?.() !== 0)('over a real sshd', () => {
  const host = new TestHost();
  beforeAll(() => host.start());
  afterAll(() => host[Symbol.asyncDispose]());

  driverContract(() => new SshDriver(host.options()));
  sshFailures(host);
});
