// SPDX-License-Identifier: BSD-2-Clause
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { badProgramsContract } from './contract/bad-programs.ts';
import { filesContract } from './contract/files.ts';
import { isolationContract } from './contract/isolation.ts';
import { programsContract } from './contract/programs.ts';
import type { SandboxDriver } from './driver.ts';

/** What every driver must do: a driver is done when it passes. Runs real programs in real sandboxes. */
export function driverContract(makeDriver: () => Promise<SandboxDriver> | SandboxDriver): void {
  describe('driver contract', () => {
    let driver: SandboxDriver;
    beforeAll(async () => {
      driver = await makeDriver();
    });
    afterAll(async () => driver[Symbol.asyncDispose]());

    test('is usable here, and says so', async () => {
      expect(await driver.probe()).toMatchObject({
        usable: true,
        message: expect.stringContaining(driver.name),
      });
    });

    const getDriver = () => driver;
    programsContract(getDriver);
    filesContract(getDriver);
    isolationContract(getDriver);
    badProgramsContract(getDriver);
  });
}
