// SPDX-License-Identifier: BSD-2-Clause
import { mkdirSync, statfsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { withProgress } from '../../../tools/prepare/progress.mjs';
import { Stop } from '../../../tools/prepare/stop.mjs';
import { openImage } from '../image/image.ts';
import type { Shape } from '../image/manifest.ts';
import { aptSources } from '../recipe/apt-sources.ts';
import { MIB } from '../recipe/recipe.ts';
import { foundation } from '../shapes/root.ts';
import { IMAGES } from '../shapes/shapes.ts';
import { doStage, inOrder, isDone, type Stage } from '../stages/stage.ts';
import type { Workshop } from '../workshop.ts';
import { barOf, type Tell } from './bar.ts';

/** With less left after a failure, that was it. */
const FULL_BYTES = 64 * MIB;

export interface BuildOptions {
  /** Forget what was made before. */
  readonly fresh: boolean;
  /** Instead of a bar on this terminal. */
  readonly tell?: Tell;
}

/** Builds images; what is there and up to date is left as it is. Stops in words. */
export async function build(
  shapes: readonly Shape[],
  workshop: Workshop,
  { fresh, tell }: BuildOptions,
): Promise<void> {
  mkdirSync(workshop.work, { recursive: true });
  if (fresh) await rm(workshop.stamps, { recursive: true, force: true });
  const base = foundation(await aptSources(), workshop);
  const stages = [...new Set(shapes.flatMap((shape) => inOrder(IMAGES[shape](base))))];
  await doAll(uniqueByName(stages), workshop, tell);
  for (const shape of shapes) await sayWhatIsThere(shape, workshop, tell);
}

/** The same stage may have been made for several shapes. */
function uniqueByName(stages: readonly Stage[]): Stage[] {
  return [...new Map(stages.map((stage) => [stage.name, stage])).values()];
}

async function doAll(stages: readonly Stage[], workshop: Workshop, tell: Tell | undefined): Promise<void> {
  const total = stages.reduce((sum, { weight }) => sum + weight, 0);
  let before = 0;
  for (const stage of stages) {
    if (!isDone(stage, workshop.stamps)) await doOne(stage, workshop, before / total, tell);
    before += stage.weight;
  }
}

async function doOne(stage: Stage, workshop: Workshop, done: number, tell: Tell | undefined): Promise<void> {
  requireSpace(stage, workshop);
  const { title } = stage;
  try {
    if (tell === undefined)
      await withProgress(title, (show) =>
        doStage(stage, workshop.stamps, (detail) => show(barOf(done, detail))),
      );
    else {
      tell({ done, title, detail: '' });
      await doStage(stage, workshop.stamps, (detail) => tell({ done, title, detail }));
    }
  } catch (error) {
    await rm(`${stage.output}.new`, { recursive: true, force: true });
    throw freeBytes(workshop) < FULL_BYTES ? new Stop(full(stage, workshop)) : error;
  }
}

function requireSpace(stage: Stage, workshop: Workshop): void {
  if (freeBytes(workshop) < stage.diskBytes) throw new Stop(full(stage, workshop));
}

function freeBytes({ work }: Workshop): number {
  const { bavail, bsize } = statfsSync(work);
  return bavail * bsize;
}

function full({ title, diskBytes }: Stage, { images }: Workshop): string {
  const free = Math.floor(freeBytes({ images, work: images, stamps: images }) / MIB);
  return `Disk full: "${title}" needs ${Math.ceil(diskBytes / MIB)} MiB in ${images}, which has ${free} MiB left. Free some, or choose another place: RINGLAB_IMAGES_DIR=/mnt/large pnpm images build`;
}

async function sayWhatIsThere(shape: Shape, workshop: Workshop, tell: Tell | undefined): Promise<void> {
  const { manifest } = await openImage(shape, workshop.images);
  const line = `${shape}: ${Math.ceil(manifest.bytes / MIB)} MiB, ${manifest.packages.length} packages, sha256 ${manifest.digest}`;
  if (tell === undefined) console.log(line);
  else tell({ done: 1, title: line, detail: '' });
}
