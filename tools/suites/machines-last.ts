// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const ROOT = resolve(import.meta.dirname, '../..');
/** What tests that start virtual machines call; it waits for the same lock, and says why an image cannot be built. */
const NEEDS_IMAGE = 'buildImage()';

/**
 * The order of the test files. Those with virtual machines need an image that takes minutes to build in a fresh clone: it
 * is built while the others run, and theirs come last.
 */
export class MachinesLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const late = sorted.filter(needsImage);
    if (late.length > 0 && late.length < sorted.length) startBuilding();
    return [...sorted.filter((file) => !needsImage(file)), ...late];
  }
}

function needsImage({ moduleId }: TestSpecification): boolean {
  return readFileSync(moduleId, 'utf8').includes(NEEDS_IMAGE);
}

function startBuilding(): void {
  if (process.env.RINGLAB_IMAGES_DIR !== undefined) return;
  const folder = join(ROOT, 'images/build');
  mkdirSync(folder, { recursive: true });
  const build = [join(folder, 'lock'), process.execPath, 'images/main.ts', 'build', 'vm'];
  spawn('flock', build, { cwd: ROOT, stdio: 'ignore' }).on('error', () => undefined);
}
