// SPDX-License-Identifier: BSD-2-Clause
import { distance, isOwned, type RingView } from '../model/ring-view.ts';
import { paintArcs } from './arc-painter.ts';
import { type Brush, centered, paintBuffer } from './block-painter.ts';
import { paintHands } from './hand-painter.ts';
import type { ShownMarks } from './motion.ts';
import { BAND, MOST_BLOCKS, onRing, type RingPlace, slotTurn } from './stage-layout.ts';

/** One ring: the program's slots and netmap's in two hues, buffers as blocks, and its hands. */
export function paintRing(
  brush: Brush,
  place: RingPlace,
  view: RingView,
  marks: ShownMarks,
  hidden: ReadonlySet<number>,
  selected: number | undefined,
): void {
  if (view.slots <= MOST_BLOCKS) paintSlots(brush, place, view, hidden, selected);
  else paintArcs(brush, place, view, marks);
  paintCenter(brush, place, view);
  paintHands(brush, place, view, marks);
}

function paintSlots(
  brush: Brush,
  place: RingPlace,
  view: RingView,
  hidden: ReadonlySet<number>,
  selected: number | undefined,
): void {
  const { canvas, palette } = brush;
  const gap = Math.min(0.02, slotTurn(0.12, view.slots));
  for (let slot = 0; slot < view.slots; slot++) {
    const owned = isOwned(view, slot);
    canvas.beginPath();
    sector(canvas, place, slotTurn(slot, view.slots) + gap, slotTurn(slot + 1, view.slots) - gap);
    canvas.fillStyle = owned ? palette.ownedSoft : palette.releasedSoft;
    canvas.fill();
    canvas.strokeStyle = slot === selected ? palette.text : owned ? palette.owned : palette.released;
    canvas.lineWidth = slot === selected ? 2.5 : owned ? 1.5 : 1;
    canvas.stroke();
    paintIndex(brush, place, view, slot);
  }
  // A flag's tag reaches into the slot beside.
  for (let slot = 0; slot < view.slots; slot++) if (!hidden.has(slot)) paintBuffer(brush, place, view, slot);
}

function sector(canvas: CanvasRenderingContext2D, place: RingPlace, from: number, to: number): void {
  const turn = -Math.PI / 2;
  canvas.arc(place.x, place.y, place.radius * BAND.outer, from + turn, to + turn);
  canvas.arc(place.x, place.y, place.radius * BAND.inner, to + turn, from + turn, true);
  canvas.closePath();
}

function paintIndex({ canvas, palette }: Brush, place: RingPlace, view: RingView, slot: number): void {
  const px = Math.min(place.textPx * 0.8, place.radius * 0.075);
  if (view.slots > 32 || px < 7) return;
  const at = onRing(place, place.radius * 0.605, slotTurn(slot + 0.5, view.slots));
  canvas.fillStyle = palette.faint;
  canvas.font = `${px}px ${palette.mono}`;
  centered(canvas).fillText(String(slot), at.x, at.y);
}

/** Which ring it is, and how many slots the program has. Nothing else is drawn within this circle. */
function paintCenter({ canvas, palette }: Brush, place: RingPlace, view: RingView): void {
  const { textPx } = place;
  const room = place.radius * 0.44;
  const owned = distance(view.head, view.tail, view.slots);
  const line = (text: string, at: number, px: number, font: string, color: string) => {
    canvas.fillStyle = color;
    canvas.font = `${font === palette.sans ? 400 : 600} ${px}px ${font}`;
    const width = 2 * Math.sqrt(Math.max(0, room ** 2 - at ** 2));
    centered(canvas).fillText(text, place.x, place.y + at, width);
  };
  if (place.isStrip) {
    line(String(owned), 0, Math.min(textPx * 1.5, room * 0.9), palette.mono, palette.text);
    return;
  }
  const px = Math.min(textPx, room / 3.1);
  line(`${view.dir} ${view.ring}`, -px * 1.75, px, palette.mono, palette[view.dir]);
  line(String(owned), -px * 0.1, px * 1.9, palette.mono, palette.text);
  line(view.dir === 'rx' ? 'to read' : 'to fill', px * 1.35, px * 0.85, palette.sans, palette.dim);
  line(view.port, px * 2.35, px * 0.8, palette.sans, palette.dim);
}
