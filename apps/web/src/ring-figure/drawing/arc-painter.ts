// SPDX-License-Identifier: BSD-2-Clause
import { distance, type RingView } from '../model/ring-view.ts';
import type { Brush } from './block-painter.ts';
import type { ShownMarks } from './motion.ts';
import { packetColor } from './palette.ts';
import { onRing, type RingPlace, slotTurn } from './stage-layout.ts';

const TICKS = 64;
/** No arc is drawn shorter than this part of the ring. */
const LEAST_ARC = 180;

/** The ring in two hues, and inside of it what packets there are. */
export function paintArcs(brush: Brush, place: RingPlace, view: RingView, marks: ShownMarks): void {
  const { palette } = brush;
  const { slots } = view;
  const color = packetColor(palette, view);
  arc(brush, place, 0.83, 0.3, 0, slots, slots, palette.releasedSoft);
  arc(brush, place, 0.83, 0.3, marks.head, distance(marks.head, marks.tail, slots), slots, palette.ownedArc);
  const [packets, underway] =
    view.dir === 'rx'
      ? [span(marks.head, marks.tail, slots), span(marks.tail, marks.hwtail, slots)]
      : [span(marks.hwcur, marks.head, slots), span((marks.hwtail + 1) % slots, marks.hwcur, slots)];
  arc(brush, place, 0.6, 0.07, 0, slots, slots, palette.line);
  arc(brush, place, 0.6, 0.07, packets.from, packets.length, slots, color);
  arc(brush, place, 0.6, 0.07, underway.from, underway.length, slots, `${color}66`);
  paintTicks(brush, place);
}

const span = (from: number, to: number, slots: number) => ({ from, length: distance(from, to, slots) });

function arc(
  { canvas }: Brush,
  place: RingPlace,
  middle: number,
  thickness: number,
  from: number,
  length: number,
  slots: number,
  color: string,
): void {
  if (length <= 0) return;
  const start = slotTurn(from, slots) - Math.PI / 2;
  canvas.beginPath();
  // A packet among a thousand slots is to be seen from the back row.
  const seen = Math.max(length, slots / LEAST_ARC);
  canvas.arc(place.x, place.y, place.radius * middle, start, start + slotTurn(seen, slots));
  // The hands have round ends; a round end of an arc this thick would be larger than the arc.
  canvas.lineCap = 'butt';
  canvas.strokeStyle = color;
  canvas.lineWidth = place.radius * thickness;
  canvas.stroke();
}

function paintTicks({ canvas, palette }: Brush, place: RingPlace): void {
  canvas.strokeStyle = palette.panel;
  canvas.lineWidth = Math.max(1, place.radius / 110);
  canvas.beginPath();
  for (let tick = 0; tick < TICKS; tick++) {
    const turn = slotTurn(tick, TICKS);
    const [inner, outer] = [onRing(place, place.radius * 0.68, turn), onRing(place, place.radius, turn)];
    canvas.moveTo(inner.x, inner.y);
    canvas.lineTo(outer.x, outer.y);
  }
  canvas.stroke();
}
