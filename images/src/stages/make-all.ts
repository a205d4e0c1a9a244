// SPDX-License-Identifier: BSD-2-Clause
import { mkdirSync, statfsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Stop } from '../../../tools/prepare/stop.mjs';
import type { Workshop } from '../workshop.ts';
import { doStage, isDone, type Stage } from './stage.ts';

const MIB = 1024 * 1024;
/** With less left after a failure, that was it. */
const FULL_BYTES = 64 * MIB;

export interface Making {
  /** Shows one stage while it is made; `done` is how much of all was done before it, 0 to 1. */
  shown(stage: Stage, done: number, make: (show: (detail: string) => void) => Promise<void>): Promise<void>;
  freeBytes?(folder: string): number;
}

/** Makes every stage that is not done, in their order. Stops in words. */
export async function makeAll(stages: readonly Stage[], workshop: Workshop, making: Making): Promise<void> {
  const { freeBytes = freeOnDisk } = making;
  mkdirSync(workshop.work, { recursive: true });
  const total = stages.reduce((sum, { weight }) => sum + weight, 0);
  const free = (): number => freeBytes(workshop.work);
  let before = 0;
  for (const stage of stages) {
    if (!isDone(stage, workshop.stamps)) await makeOne(stage, before / total, workshop, making, free);
    before += stage.weight;
  }
}

async function makeOne(
  stage: Stage,
  done: number,
  workshop: Workshop,
  { shown }: Making,
  free: () => number,
): Promise<void> {
  if (free() < stage.diskBytes) throw new Stop(full(stage, workshop, free()));
  try {
    await shown(stage, done, (show) => doStage(stage, workshop.stamps, show));
  } catch (error) {
    const left = free();
    await rm(`${stage.output}.new`, { recursive: true, force: true });
    throw left < FULL_BYTES ? new Stop(full(stage, workshop, left)) : error;
  }
}

function freeOnDisk(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function full({ title, diskBytes }: Stage, { images }: Workshop, free: number): string {
  const [needed, left] = [Math.ceil(diskBytes / MIB), Math.floor(free / MIB)];
  return `Disk full: "${title}" needs ${needed} MiB in ${images}, which has ${left} MiB left. Free some, or choose another place: RINGLAB_IMAGES_DIR=/mnt/large pnpm images build`;
}
