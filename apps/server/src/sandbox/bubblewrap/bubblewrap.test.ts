// SPDX-License-Identifier: BSD-2-Clause
import { afterAll } from 'vitest';
import { driverContract } from '../driver.contract.ts';
import { BubblewrapDriver } from './driver.ts';
import { testOptions } from './test-folders.ts';

const options = testOptions();
afterAll(() => options[Symbol.dispose]());

driverContract(() => new BubblewrapDriver(options));
