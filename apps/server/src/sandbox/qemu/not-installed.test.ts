// SPDX-License-Identifier: BSD-2-Clause
import { expect, onTestFinished, test } from 'vitest';
import { QemuDriver } from './driver.ts';
import { testOptions } from './test-folders.ts';

test('a machine without QEMU is told the command that installs it', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  onTestFinished(() => {
    process.env.PATH = path;
  });
  using options = testOptions();
  await using driver = new QemuDriver(options);
  expect(await driver.probe()).toEqual({
    usable: false,
    message: 'QEMU is not installed. Install it: apt-get install qemu-system-x86',
    lacksImage: false,
  });
});
