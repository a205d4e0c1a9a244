// SPDX-License-Identifier: BSD-2-Clause
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

test("the README's example prints what the README says", async () => {
  const readme = readFileSync(join(PACKAGE, 'README.md'), 'utf8');
  const block = (language: string) => readme.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? '';
  const region = mkdtempSync('/dev/shm/bindings-readme-');
  const script = join(PACKAGE, `build/readme-${process.pid}.ts`);
  mkdirSync(join(PACKAGE, 'build'), { recursive: true });
  writeFileSync(script, block('ts'));
  try {
    const env = { ...process.env, UNETMAP_DIR: region };
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env });
    expect(stdout).toBe(block('text'));
  } finally {
    rmSync(script);
    rmSync(region, { recursive: true });
  }
});
