// SPDX-License-Identifier: BSD-2-Clause
import { rm } from 'node:fs/promises';
import { withProgress } from '../../../tools/prepare/progress.mjs';
import { openImage } from '../image/image.ts';
import type { Shape } from '../image/manifest.ts';
import { aptSources } from '../recipe/apt-sources.ts';
import { MIB } from '../recipe/recipe.ts';
import { foundation } from '../shapes/root.ts';
import { IMAGES } from '../shapes/shapes.ts';
import { type Making, makeAll } from '../stages/make-all.ts';
import { inOrder, type Stage } from '../stages/stage.ts';
import type { Workshop } from '../workshop.ts';
import { barOf, type Tell } from './bar.ts';

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
  if (fresh) await rm(workshop.stamps, { recursive: true, force: true });
  const base = foundation(await aptSources(), workshop);
  const stages = shapes.flatMap((shape) => inOrder(IMAGES[shape](base)));
  await makeAll(uniqueByName(stages), workshop, tell === undefined ? ON_TERMINAL : telling(tell));
  for (const shape of shapes) await sayWhatIsThere(shape, workshop, tell);
}

/** The same stage may have been made for several shapes. */
function uniqueByName(stages: readonly Stage[]): Stage[] {
  return [...new Map(stages.map((stage) => [stage.name, stage])).values()];
}

const ON_TERMINAL: Making = {
  shown: ({ title }, done, make) =>
    withProgress(title, (show) => make((detail) => show(barOf(done, detail)))),
};

function telling(tell: Tell): Making {
  return {
    shown: async ({ title }, done, make) => {
      tell({ done, title, detail: '' });
      await make((detail) => tell({ done, title, detail }));
    },
  };
}

async function sayWhatIsThere(shape: Shape, workshop: Workshop, tell: Tell | undefined): Promise<void> {
  const { manifest } = await openImage(shape, workshop.images);
  const line = `${shape}: ${Math.ceil(manifest.bytes / MIB)} MiB, ${manifest.packages.length} packages, sha256 ${manifest.digest}`;
  if (tell === undefined) console.log(line);
  else tell({ done: 1, title: line, detail: '' });
}
