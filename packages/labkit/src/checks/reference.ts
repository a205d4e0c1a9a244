// SPDX-License-Identifier: BSD-2-Clause
import { readdirSync, readFileSync } from 'node:fs';
import type { CheckContext } from './context.ts';

/**
 * Builds the lab's solution beside the attendee's program, to be measured in the same sandbox; gives the folder that its
 * programs are in. `lab` is the address of the lab's checks: `import.meta.url`. No source stays behind.
 */
export async function buildReference(context: CheckContext, lab: string): Promise<string> {
  const files = { ...filesOf(new URL('starter/', lab)), ...filesOf(new URL('solution/', lab)) };
  const folder = await context.put(files);
  const compiler = await context.start(['make', '--no-print-directory', '-C', folder]);
  if ((await compiler.exit).code !== 0)
    throw new Error(`the lab's solution does not build: ${compiler.lines.join(' ')}`);
  const remover = await context.start(['rm', ...Object.keys(files).map((path) => `${folder}/${path}`)]);
  await remover.exit;
  return folder;
}

function filesOf(dir: URL): Record<string, string> {
  return Object.fromEntries(readdirSync(dir).map((path) => [path, readFileSync(new URL(path, dir), 'utf8')]));
}
