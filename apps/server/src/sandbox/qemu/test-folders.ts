// SPDX-License-Identifier: BSD-2-Clause

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { QemuOptions } from './driver.ts';

const ROOT = resolve(import.meta.dirname, '../../../../..');
const GIVEN = process.env.RINGLAB_IMAGES_DIR;

/** A data folder of its own, so that tests and servers on one machine do not meet. */
export function testOptions(): QemuOptions & Disposable {
  const dataDir = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  const imagesDir = GIVEN ?? join(ROOT, 'images/build');
  return { dataDir, imagesDir, [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }) };
}

/** The VM image of these sources, built if there is none of them yet; that takes minutes, once for all who ask at a time. */
export async function buildImage(): Promise<void> {
  if (GIVEN !== undefined) return;
  const folder = join(ROOT, 'images/build');
  mkdirSync(folder, { recursive: true });
  const build = [process.execPath, 'images/main.ts', 'build', 'vm'];
  await promisify(execFile)('flock', [join(folder, 'lock'), ...build], { cwd: ROOT });
}
