// SPDX-License-Identifier: BSD-2-Clause
import { withProgress } from '../../../tools/prepare/progress.mjs';
import { Stop } from '../../../tools/prepare/stop.mjs';
import { type Image, ImageFault, verifyImage } from '../image/image.ts';
import { SHAPES, type Shape } from '../image/manifest.ts';
import { verifyContainer } from '../verify/container.ts';
import { verifyExtra } from '../verify/extra.ts';
import { type Show, verifyLive } from '../verify/live.ts';
import { verifyVm } from '../verify/vm.ts';
import type { Workshop } from '../workshop.ts';

const PROOFS: Readonly<Record<Shape, (image: Image, workshop: Workshop, show: Show) => Promise<string>>> = {
  container: verifyContainer,
  vm: verifyVm,
  live: verifyLive,
};

/** What can be verified: images, and that something of one's own can be added to them. */
export const SUBJECTS = [...SHAPES, 'extra'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** Reads each image whole and has a lab work inside; a line each. Returns whether all did. */
export async function verify(subjects: readonly Subject[], workshop: Workshop): Promise<boolean> {
  const verdicts: boolean[] = [];
  for (const subject of subjects) {
    const verdict = await withProgress(`Verifying ${subject}`, (show) => verdictOn(subject, workshop, show));
    console.log(`${verdict.isGood ? 'ok    ' : 'FAILED'} ${subject}: ${verdict.words}`);
    verdicts.push(verdict.isGood);
  }
  return verdicts.every(Boolean);
}

function proofOf(shape: Shape) {
  return async (workshop: Workshop, show: Show): Promise<string> => {
    show('reading it whole');
    const image = await verifyImage(shape, workshop.images);
    show('running a lab inside');
    return await PROOFS[shape](image, workshop, show);
  };
}

interface Verdict {
  readonly isGood: boolean;
  readonly words: string;
}

async function verdictOn(subject: Subject, workshop: Workshop, show: Show): Promise<Verdict> {
  try {
    const prove = subject === 'extra' ? verifyExtra : proofOf(subject);
    return { isGood: true, words: await prove(workshop, show) };
  } catch (error) {
    if (error instanceof ImageFault || error instanceof Stop) return { isGood: false, words: error.message };
    return { isGood: false, words: error instanceof Error ? error.message : String(error) };
  }
}
