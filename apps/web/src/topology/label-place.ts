// SPDX-License-Identifier: BSD-2-Clause
import type { TopologyLink } from '@ringlab/protocol';
import { angleAt, type LinkPath, type Point, pointAt } from './link-path.ts';

/** Where a link's label is fixed, and to which side of that point it extends. */
export interface LabelPlace extends Point {
  readonly side: 'above' | 'below' | 'left' | 'right';
}

const DISTANCE = 9;
const CHARACTER_WIDTH = 6.3;
const PADDING = 10;
/** `2.03 Mpps` and, where packets can be lost, `326 kpps lost`. */
const CHARACTERS = { tx: 9, rx: 13 };
const HEIGHT = 28;

/** Beside the middle of the link, on the side away from a link that runs next to it. */
export function labelPlace(path: LinkPath, offset: number): LabelPlace {
  const { x, y } = pointAt(path, 0.5);
  const radians = (angleAt(path, 0.5) * Math.PI) / 180;
  if (Math.abs(Math.cos(radians)) > 0.5) {
    const below = offset * Math.cos(radians) > 0;
    return { x, y: y + (below ? DISTANCE : -DISTANCE), side: below ? 'below' : 'above' };
  }
  const left = offset * Math.sin(radians) > 0;
  return { x: x + (left ? -DISTANCE : DISTANCE), y, side: left ? 'left' : 'right' };
}

/** The corners of what the label may cover. */
export function labelCorners({ x, y, side }: LabelPlace, link: TopologyLink): readonly [Point, Point] {
  const width = Math.max(link.port.length, CHARACTERS[link.direction]) * CHARACTER_WIDTH + PADDING;
  const isBeside = side === 'left' || side === 'right';
  const left = side === 'left' ? x - width : side === 'right' ? x : x - width / 2;
  const top = side === 'above' ? y - HEIGHT : isBeside ? y - HEIGHT / 2 : y;
  return [
    { x: left, y: top },
    { x: left + width, y: top + HEIGHT },
  ];
}
