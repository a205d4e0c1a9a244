// SPDX-License-Identifier: BSD-2-Clause
import { flagNames, type RingView } from '../model/ring-view.ts';
import { type Brush, paintFlags } from './block-painter.ts';
import { labelsOf } from './mark-labels.ts';
import { marksOf } from './motion.ts';
import { type Box, CHARACTER, MOST_BLOCKS, type RingPlace } from './stage-layout.ts';

/** What the letters mean of the flags that are to be seen, in a free corner; where none is, slots tell it in words. */
export function paintFlagKey(brush: Brush, places: readonly RingPlace[], rings: readonly RingView[]): void {
  const flags = rings.reduce((all, ring) => (ring.slots <= MOST_BLOCKS ? all | anyOf(ring) : all), 0);
  const bits = FLAG_BITS.filter((bit) => flags & bit && flagNames(bit).length > 0);
  const [place] = places;
  if (bits.length === 0 || place === undefined) return;
  const px = place.textPx * 0.8;
  const box = freeCorner(places, rings, bits, px);
  if (box) for (const [line, bit] of bits.entries()) paintLine(brush, box, px, line, bit);
}

function freeCorner(
  places: readonly RingPlace[],
  rings: readonly RingView[],
  bits: readonly number[],
  px: number,
): Box | undefined {
  for (const [index, ring] of rings.entries()) {
    const place = places[index];
    if (place === undefined) continue;
    const names = labelsOf(place, ring.slots, marksOf(ring));
    const free = cornersOf(place, bits, px).find(
      (box) => !touchesRing(place, box) && !names.some((label) => meets(label.box, box)),
    );
    if (free) return free;
  }
  return undefined;
}

const FLAG_BITS = Array.from({ length: 16 }, (_, bit) => 1 << bit);

const anyOf = ({ flags }: RingView) => flags.reduce((all, each) => all | each, 0);

/** At the bottom on both sides, then on top. */
function cornersOf({ cell }: RingPlace, bits: readonly number[], px: number): Box[] {
  const names = bits.flatMap(flagNames);
  const width = (Math.max(...names.map(({ length }) => length)) + 3) * px * CHARACTER;
  const height = bits.length * px * 1.6;
  const [left, right] = [cell.x + 8, cell.x + cell.width - width - 8];
  const [top, bottom] = [cell.y + 2, cell.y + cell.height - height - 2];
  const corner = (x: number, y: number): Box => ({ x, y, width, height });
  return [corner(left, bottom), corner(right, bottom), corner(left, top), corner(right, top)];
}

function touchesRing(place: RingPlace, { x, y, width, height }: Box): boolean {
  const dx = Math.max(0, x - place.x, place.x - x - width);
  const dy = Math.max(0, y - place.y, place.y - y - height);
  return Math.hypot(dx, dy) < place.radius * 1.12;
}

export const meets = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

function paintLine(brush: Brush, box: Box, px: number, line: number, bit: number): void {
  const { canvas, palette } = brush;
  const y = box.y + (line + 0.5) * px * 1.6;
  paintFlags(brush, box.x + px * 0.6, y, px, bit);
  canvas.font = `${px}px ${palette.mono}`;
  canvas.fillStyle = palette.dim;
  canvas.textAlign = 'left';
  canvas.textBaseline = 'middle';
  canvas.fillText(flagNames(bit).join(), box.x + px * 1.6, y);
}
