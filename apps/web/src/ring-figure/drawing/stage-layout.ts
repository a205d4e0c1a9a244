// SPDX-License-Identifier: BSD-2-Clause
import type { RingView } from '../model/ring-view.ts';

/** A ring of more slots than this is drawn as arcs, with a window of slots below it. */
export const MOST_BLOCKS = 64;

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
  readonly lens: Box | undefined;
}

const GAP_PX = 12;

/** One place a ring, in as many columns as make the rings largest. */
export function layoutRings(rings: readonly RingView[], width: number, height: number): RingPlace[] {
  const choices = rings.map((_, index) => placesIn(index + 1, rings, width, height));
  return choices.toSorted((a, b) => smallest(b) - smallest(a))[0] ?? [];
}

const smallest = (places: readonly RingPlace[]) => Math.min(...places.map(({ radius }) => radius));

function placesIn(columns: number, rings: readonly RingView[], width: number, height: number): RingPlace[] {
  const rows = Math.ceil(rings.length / columns);
  const [cellWidth, cellHeight] = [width / columns, height / rows];
  return rings.map((ring, index) => {
    const column = index % columns;
    const row = Math.floor(index / columns);
    return placeIn(ring, {
      x: column * cellWidth,
      y: row * cellHeight,
      width: cellWidth,
      height: cellHeight,
    });
  });
}

function placeIn(ring: RingView, cell: Box): RingPlace {
  const textPx = Math.max(9, Math.min(22, Math.min(cell.width, cell.height) / 22));
  const lensHeight = ring.slots > MOST_BLOCKS && cell.height > 230 ? textPx * 5.2 : 0;
  const margin = textPx * 2.6;
  const room = Math.min(cell.width, cell.height - lensHeight - GAP_PX) / 2;
  // Where there is hardly room for a ring its labels go.
  const radius = Math.max(1, room - margin, room * 0.72);
  const y = cell.y + (cell.height - lensHeight) / 2;
  const lensWidth = Math.min(cell.width - 2 * GAP_PX, textPx * 40);
  const lens = lensHeight > 0 && {
    x: cell.x + (cell.width - lensWidth) / 2,
    y: Math.min(y + radius + margin, cell.y + cell.height - lensHeight),
    width: lensWidth,
    height: lensHeight,
  };
  return { x: cell.x + cell.width / 2, y, radius, textPx, lens: lens || undefined };
}

/** Inner and outer edge of the band of slots, as parts of the radius. */
export const BAND = { inner: 0.66, outer: 1 } as const;

/** In radians clockwise from the top. */
export const slotTurn = (slot: number, slots: number) => (2 * Math.PI * slot) / slots;

export function onRing({ x, y }: Pick<RingPlace, 'x' | 'y'>, radius: number, turn: number) {
  return { x: x + radius * Math.sin(turn), y: y - radius * Math.cos(turn) };
}

/** The slot whose block is under this point, of a ring that is drawn as blocks. */
export function slotAt(place: RingPlace, slots: number, x: number, y: number): number | undefined {
  const [dx, dy] = [x - place.x, y - place.y];
  const far = Math.hypot(dx, dy) / place.radius;
  if (far < BAND.inner - 0.08 || far > BAND.outer + 0.08) return undefined;
  const turn = (Math.atan2(dx, -dy) + 2 * Math.PI) % (2 * Math.PI);
  return Math.floor((turn / (2 * Math.PI)) * slots) % slots;
}
