// SPDX-License-Identifier: BSD-2-Clause
import { withProgress } from '../../../tools/prepare/progress.mjs';
import { Stop } from '../../../tools/prepare/stop.mjs';
import { type Image, ImageFault, verifyImage } from '../image/image.ts';
import type { Shape } from '../image/manifest.ts';
import { verifyContainer } from '../verify/container.ts';
import { type Show, verifyLive } from '../verify/live.ts';
import { verifyVm } from '../verify/vm.ts';
import type { Workshop } from '../workshop.ts';

const PROOFS: Readonly<Record<Shape, (image: Image, workshop: Workshop, show: Show) => Promise<string>>> = {
  container: verifyContainer,
  vm: verifyVm,
  live: verifyLive,
};

/** Reads each image whole and has a lab work inside; a line each. Returns whether all did. */
export async function verify(shapes: readonly Shape[], workshop: Workshop): Promise<boolean> {
  const verdicts: boolean[] = [];
  for (const shape of shapes) {
    const verdict = await withProgress(`Verifying ${shape}`, (show) => verdictOn(shape, workshop, show));
    console.log(`${verdict.isGood ? 'ok    ' : 'FAILED'} ${shape}: ${verdict.words}`);
    verdicts.push(verdict.isGood);
  }
  return verdicts.every(Boolean);
}

interface Verdict {
  readonly isGood: boolean;
  readonly words: string;
}

async function verdictOn(shape: Shape, workshop: Workshop, show: Show): Promise<Verdict> {
  try {
    show('reading it whole');
    const image = await verifyImage(shape, workshop.images);
    show('running a lab inside');
    return { isGood: true, words: await PROOFS[shape](image, workshop, show) };
  } catch (error) {
    if (error instanceof ImageFault || error instanceof Stop) return { isGood: false, words: error.message };
    return { isGood: false, words: error instanceof Error ? error.message : String(error) };
  }
}
