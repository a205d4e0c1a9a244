// SPDX-License-Identifier: BSD-2-Clause
import { driverContract } from '../driver.contract.ts';
import { BubblewrapDriver } from './driver.ts';
import { testOptions } from './test-folders.ts';

driverContract(() => new BubblewrapDriver(testOptions()));
