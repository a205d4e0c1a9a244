// SPDX-License-Identifier: BSD-2-Clause
import { join, resolve } from 'node:path';
import { IMAGES_FOLDER } from './image/image.ts';

/** Where images are made. */
export interface Workshop {
  /** A folder for each finished shape. */
  readonly images: string;
  /** What stages leave for each other. */
  readonly work: string;
  readonly stamps: string;
}

export function workshopIn(folder: string): Workshop {
  const images = resolve(folder);
  return { images, work: join(images, 'work'), stamps: join(images, 'work/stamps') };
}

export function workshopOf(environment: NodeJS.ProcessEnv): Workshop {
  return workshopIn(environment.RINGLAB_IMAGES_DIR ?? IMAGES_FOLDER);
}
