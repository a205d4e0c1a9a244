// SPDX-License-Identifier: BSD-2-Clause
import type { Shape } from '../image/manifest.ts';
import type { Stage } from '../stages/stage.ts';
import { containerImage } from './container.ts';
import { liveImage } from './live.ts';
import type { Foundation } from './root.ts';
import { vmImage } from './vm.ts';

/** The one list of shapes: each the last stage of its image. */
export const IMAGES: Readonly<Record<Shape, (base: Foundation) => Stage>> = {
  container: containerImage,
  vm: vmImage,
  live: liveImage,
};
