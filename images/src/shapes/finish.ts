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
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const budgetBytes = BUDGET_BYTES[shape];
  if (bytes > budgetBytes) throw new Stop(overBudget(shape, bytes, budgetBytes));
  const files: Manifest['files'] = [];
  for (const [i, name] of names.entries())
    files.push({ name, bytes: sizes[i] ?? 0, sha256: await digestOfFile(join(folder, name)) });
  const { packages, architecture } = await packagesIn(rootTar);
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
