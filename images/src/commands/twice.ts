// SPDX-License-Identifier: BSD-2-Clause
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Stop } from '../../../tools/prepare/stop.mjs';
import { openImage } from '../image/image.ts';
import type { Manifest, Shape } from '../image/manifest.ts';
import { type Workshop, workshopIn } from '../workshop.ts';
import { type BuildOptions, build } from './build.ts';

/**
 * Builds images, and once more from the beginning in another folder, of which nothing but the packages was there before;
 * stops when the two differ. The second ones are removed when they are the same.
 */
export async function buildTwice(
  shapes: readonly Shape[],
  workshop: Workshop,
  options: BuildOptions,
): Promise<void> {
  await build(shapes, workshop, options);
  const second = workshopIn(join(workshop.work, 'twice'), workshop.extra);
  await rm(second.images, { recursive: true, force: true });
  await mkdir(second.work, { recursive: true });
  await cp(join(workshop.work, 'debs'), join(second.work, 'debs'), { recursive: true });
  await build(shapes, second, options);
  for (const shape of shapes) {
    const [first, again] = await Promise.all([
      openImage(shape, workshop.images),
      openImage(shape, second.images),
    ]);
    const differing = differences(first.manifest, again.manifest);
    if (differing.length > 0)
      throw new Stop(
        `The ${shape} image came out differently the second time (${differing.join(', ')}); the two are in ${workshop.images} and ${second.images}.`,
      );
  }
  await rm(second.images, { recursive: true });
  console.log(`Built twice, and each time the same: ${shapes.join(', ')}.`);
}

/** What tells two builds of an image apart: names of files, and packages with their versions. */
export function differences(first: Manifest, again: Manifest): string[] {
  const linesOf = ({ files, packages }: Manifest): string[] => [
    ...files.map(({ name, sha256 }) => `${name} ${sha256}`),
    ...packages.map(({ name, version }) => `${name} ${version}`),
  ];
  const [before, after] = [linesOf(first), linesOf(again)];
  const only = [
    ...before.filter((line) => !after.includes(line)),
    ...after.filter((line) => !before.includes(line)),
  ];
  return [...new Set(only.map((line) => line.split(' ')[0] ?? ''))];
}
