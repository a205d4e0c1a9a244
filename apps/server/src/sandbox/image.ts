// SPDX-License-Identifier: BSD-2-Clause
import { type Image, openImage, ImageFault as Unopened } from '@ringlab/images';
import { SandboxError } from '@ringlab/labkit';
import type { ImageShape } from './image-build.ts';

/** The image is missing or damaged: building it is the cure. */
export class ImageFault extends SandboxError {}

/** What a driver starts from, whole as far as lengths tell. Rejects with ImageFault. */
export async function startingImage(shape: ImageShape, imagesDir: string): Promise<Image> {
  try {
    return await openImage(shape, imagesDir);
  } catch (fault) {
    throw fault instanceof Unopened ? new ImageFault(fault.message) : fault;
  }
}
