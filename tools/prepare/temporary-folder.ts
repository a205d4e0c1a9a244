// SPDX-License-Identifier: BSD-2-Clause
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Its path; gone when the test that asked for it ends. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'ringlab-tools-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
