// SPDX-License-Identifier: BSD-2-Clause
import { afterAll, beforeAll, vi } from 'vitest';
import { driverContract } from '../driver.contract.ts';
import { QemuDriver } from './driver.ts';
import { qemuFailures } from './failures.ts';
import { buildImage, testOptions } from './test-folders.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 900_000 });

const options = testOptions();
beforeAll(() => buildImage());
afterAll(() => options[Symbol.dispose]());

driverContract(() => new QemuDriver(options));
qemuFailures(options);
