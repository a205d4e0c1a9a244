// SPDX-License-Identifier: BSD-2-Clause

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { QemuOptions } from './driver.ts';

const ROOT = resolve(import.meta.dirname, '../../../../..');
const GIVEN = process.env.RINGLAB_IMAGES_DIR;

/** A data folder of its own, so that tests and servers on one machine do not meet. */
export function testOptions(): QemuOptions & Disposable {
  const dataDir = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  const imagesDir = GIVEN ?? join(ROOT, 'images/build');
  return { dataDir, imagesDir, [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }) };
}
