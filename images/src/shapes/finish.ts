// SPDX-License-Identifier: BSD-2-Clause
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Stop } from '../../../tools/prepare/stop.mjs';
import { digestOfFile, digestOfFiles } from '../image/digest.ts';
import type { Manifest, Shape } from '../image/manifest.ts';
import { BUDGET_BYTES, MIB } from '../recipe/recipe.ts';
import { packagesIn } from './packages.ts';

/** Measures and names an image's files, writes its manifest beside them, and refuses what is larger than its budget. */
export async function finish(
  shape: Shape,
  folder: string,
  names: readonly string[],
  rootTar: string,
  release: string,
): Promise<void> {
  const files: Manifest['files'] = [];
  for (const name of names) {
    const path = join(folder, name);
    files.push({ name, bytes: (await stat(path)).size, sha256: await digestOfFile(path) });
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const budgetBytes = BUDGET_BYTES[shape];
  const { packages, architecture } = await packagesIn(rootTar);
  if (bytes > budgetBytes) throw new Stop(overBudget(shape, bytes, budgetBytes));
  const manifest = {
    ...{ shape, digest: digestOfFiles(files), release, architecture },
    ...{ files, bytes, budgetBytes, packages },
  } satisfies Manifest;
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

function overBudget(shape: Shape, bytes: number, budgetBytes: number): string {
  const mib = (value: number): string => `${Math.ceil(value / MIB)} MiB`;
  return `The ${shape} image has ${mib(bytes)}, and its budget is ${mib(budgetBytes)}. Take packages or files out, or raise BUDGET_BYTES in images/src/recipe/recipe.ts.`;
}
