// SPDX-License-Identifier: BSD-2-Clause
import { afterAll, beforeAll, vi } from 'vitest';
import { buildVmImage } from '../../../../../tools/prepare/vm-image.mjs';
import { driverContract } from '../driver.contract.ts';
import { qemuAttendee } from './attendee.contract.ts';
import { QemuDriver } from './driver.ts';
import { qemuFailures } from './failures.ts';
import { qemuPool } from './pool.contract.ts';
import { testOptions } from './test-folders.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 900_000 });

const options = testOptions();
beforeAll(() => buildVmImage());
afterAll(() => options[Symbol.dispose]());

driverContract(() => new QemuDriver(options));
qemuAttendee(options);
qemuPool(options);
qemuFailures(options);
