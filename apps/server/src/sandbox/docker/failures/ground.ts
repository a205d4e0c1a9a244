// SPDX-License-Identifier: BSD-2-Clause
import { onTestFinished } from 'vitest';
import { DockerDriver } from '../driver.ts';
import type { dockerTestOptions, TestDaemon } from '../test-daemon.ts';

/** What failures are tried on. */
export interface Ground {
  daemon(): TestDaemon;
  /** With a data folder of its own. */
  options(): ReturnType<typeof dockerTestOptions>;
}

/** A driver that ends with the test. */
export function freshDriver(
  { options }: Ground,
  changes: Partial<ReturnType<typeof dockerTestOptions>> = {},
): DockerDriver {
  const own = options();
  const driver = new DockerDriver({ ...own, ...changes });
  onTestFinished(async () => {
    await driver[Symbol.asyncDispose]();
    own[Symbol.dispose]();
  });
  return driver;
}
