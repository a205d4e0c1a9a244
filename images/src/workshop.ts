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
  /** What an instructor adds. */
  readonly extra: string;
}

const EXTRA = join(import.meta.dirname, '../extra');

export function workshopIn(folder: string, extra = EXTRA): Workshop {
  const images = resolve(folder);
  return { images, work: join(images, 'work'), stamps: join(images, 'work/stamps'), extra: resolve(extra) };
}

export function workshopOf(environment: NodeJS.ProcessEnv): Workshop {
  return workshopIn(environment.RINGLAB_IMAGES_DIR ?? IMAGES_FOLDER, environment.RINGLAB_IMAGES_EXTRA_DIR);
}
