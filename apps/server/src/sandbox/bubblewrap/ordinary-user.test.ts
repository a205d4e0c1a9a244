// SPDX-License-Identifier: BSD-2-Clause
import { accessSync, constants } from 'node:fs';
import { afterAll, describe } from 'vitest';
import { driverContract } from '../driver.contract.ts';
import { BubblewrapDriver } from './driver.ts';
import { testOptions } from './test-folders.ts';

/** One that no account has. */
const ORDINARY_UID = 61_234;

/**
 * The contract once more without root, where no control group helps. This process, which runs only this file, gives
 * root up; where it is not root, `bubblewrap.test.ts` has run the same already.
 */
function becomeOrdinary(): boolean {
  if (process.getuid?.() !== 0 || process.setgroups === undefined) return false;
  process.setgroups([]);
  process.setgid?.(ORDINARY_UID);
  process.setuid?.(ORDINARY_UID);
  delete process.env.XDG_RUNTIME_DIR;
  return canRead(`${import.meta.dirname}/../agent/native/main.c`);
}

/** A repository in a folder that only root may enter is out of an ordinary user's reach. */
function canRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!becomeOrdinary())('without root', () => {
  let options: ReturnType<typeof testOptions>;
  afterAll(() => options?.[Symbol.dispose]());

  driverContract(() => {
    options = testOptions();
    return new BubblewrapDriver(options);
  });
});
