// SPDX-License-Identifier: BSD-2-Clause
import type { RingView } from '../model/ring-view.ts';

/** A ring of more slots than this is drawn as arcs, with a window of slots beside it. */
export const MOST_BLOCKS = 64;
/** Width of a letter of the font for numbers and names, as part of its size. */
export const CHARACTER = 0.6;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where one ring is drawn, in px. */
export interface RingPlace {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Text in it; grows with the ring, so that it can be read from the back row. */
  readonly textPx: number;
  /** All that belongs to this ring stays in here. */
  readonly cell: Box;
  /** The slots of a large ring that are drawn one by one. */
  readonly lens: Box | undefined;
  /** There is room for the window or for a ring that can be read: then the window has the names. */
  readonly isStrip: boolean;
}

const GAP_PX = 12;
const LONGEST_NAME = 'hwtail'.length;
/** Lines of text that a window is high. */
const LENS_LINES = 7;
/** A ring smaller than this, with its window below it, shows less than the window alone. */
const LEAST_RADIUS_PX = 78;

/** One place a ring, in as many columns as make the rings largest; strips where none would be large enough. */
export function layoutRings(rings: readonly RingView[], width: number, height: number): RingPlace[] {
  const choices = rings.map((_, index) => placesIn(placeIn, index + 1, rings, width, height));
  const best = choices.toSorted((a, b) => smallest(b) - smallest(a))[0] ?? [];
  const isTooSmall = best.some(({ lens, radius }) => lens !== undefined && radius < LEAST_RADIUS_PX);
  if (!isTooSmall) return best;
  return placesIn(stripIn, rings.length > 4 || width > 2.4 * height ? 2 : 1, rings, width, height);
}

const smallest = (places: readonly RingPlace[]) => Math.min(...places.map(({ radius }) => radius));

function placesIn(
  place: (ring: RingView, cell: Box) => RingPlace,
  columns: number,
  rings: readonly RingView[],
  width: number,
  height: number,
): RingPlace[] {
  const rows = Math.ceil(rings.length / columns);
  const [cellWidth, cellHeight] = [width / columns, height / rows];
  return rings.map((ring, index) => {
    const [x, y] = [(index % columns) * cellWidth, Math.floor(index / columns) * cellHeight];
    return place(ring, { x, y, width: cellWidth, height: cellHeight });
  });
}

function placeIn(ring: RingView, cell: Box): RingPlace {
  const textPx = Math.max(10, Math.min(26, Math.min(cell.width * 0.7, cell.height) / 19));
  const lensHeight = ring.slots > MOST_BLOCKS ? textPx * LENS_LINES : 0;
  const height = cell.height - lensHeight;
  // Names stand beside the ring, and above and below it nothing but its hands.
  const beside = cell.width / 2 - textPx * (0.7 + 0.3 + LONGEST_NAME * CHARACTER);
  const radius = Math.max(1, Math.min(beside / 1.12, (height / 2 - 2) / 1.14));
  const ringCell = { ...cell, height };
  const lensWidth = Math.min(cell.width - 2 * GAP_PX, textPx * 44);
  const lens = lensHeight > 0 && {
    x: cell.x + (cell.width - lensWidth) / 2,
    y: cell.y + height,
    width: lensWidth,
    height: lensHeight,
  };
  return {
    ...{ x: cell.x + cell.width / 2, y: cell.y + height / 2, radius, textPx },
    ...{ cell: ringCell, lens: lens || undefined, isStrip: false },
  };
}

/** A small ring, and beside it its window. */
function stripIn(ring: RingView, cell: Box): RingPlace {
  if (ring.slots <= MOST_BLOCKS) return placeIn(ring, cell);
  const textPx = Math.max(9, Math.min(12, cell.height / 8.4));
  const radius = Math.max(14, Math.min(cell.height / 2 - 4, cell.width * 0.09));
  const left = cell.x + 2 * radius + 2 * GAP_PX;
  const lensHeight = textPx * (LENS_LINES + 1.2);
  const lens = {
    x: left,
    y: cell.y + Math.max(0, (cell.height - lensHeight) / 2),
    width: cell.x + cell.width - left - GAP_PX / 2,
    height: lensHeight,
  };
  return {
    ...{ x: cell.x + radius + GAP_PX / 2, y: cell.y + cell.height / 2, radius, textPx },
    ...{ cell, lens, isStrip: true },
  };
}

/** Inner and outer edge of the band of slots, as parts of the radius. */
export const BAND = { inner: 0.56, outer: 1 } as const;

/** In radians clockwise from the top. */
export const slotTurn = (slot: number, slots: number) => (2 * Math.PI * slot) / slots;

/** A mark points at its slot's middle where slots can be told apart. */
export const markTurn = (slot: number, slots: number) =>
  slotTurn(slots <= MOST_BLOCKS ? slot + 0.5 : slot, slots);

export function onRing({ x, y }: Pick<RingPlace, 'x' | 'y'>, radius: number, turn: number) {
  return { x: x + radius * Math.sin(turn), y: y - radius * Math.cos(turn) };
}

/** The slot whose block is under this point, of a ring that is drawn as blocks. */
export function slotAt(place: RingPlace, slots: number, x: number, y: number): number | undefined {
  const [dx, dy] = [x - place.x, y - place.y];
  const far = Math.hypot(dx, dy) / place.radius;
  if (far < BAND.inner - 0.04 || far > BAND.outer + 0.08) return undefined;
  const turn = (Math.atan2(dx, -dy) + 2 * Math.PI) % (2 * Math.PI);
  return Math.floor((turn / (2 * Math.PI)) * slots) % slots;
}

/** Where the middle of a slot's buffer is. */
export function bufferSpot(place: RingPlace, slots: number, slot: number) {
  return onRing(place, place.radius * (slots <= MOST_BLOCKS ? 0.845 : 0.94), slotTurn(slot + 0.5, slots));
}

/** Edge of a square that fits into a slot. */
export function bufferSize({ radius }: RingPlace, slots: number): number {
  const along = (2 * Math.PI * 0.83 * radius) / Math.min(slots, MOST_BLOCKS);
  return Math.min(along * 0.78, radius * 0.275);
}
