// SPDX-License-Identifier: BSD-2-Clause
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { BubblewrapDriver, type BubblewrapOptions } from './driver.ts';

/** A data folder of its own, so that tests and servers on one machine do not meet. */
export function testOptions(): BubblewrapOptions & Disposable {
  const dataDir = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  const unetmapDir = resolve(import.meta.dirname, '../../../../../packages/unetmap/build');
  return { dataDir, unetmapDir, [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }) };
}

/** One driver for all tests of a file, ended with them; there is one from the first test on. */
export function testDriver(): () => BubblewrapDriver {
  let options: ReturnType<typeof testOptions>;
  let driver: BubblewrapDriver;
  beforeAll(() => {
    options = testOptions();
    driver = new BubblewrapDriver(options);
  });
  afterAll(async () => {
    await driver[Symbol.asyncDispose]();
    options[Symbol.dispose]();
  });
  return () => driver;
}
