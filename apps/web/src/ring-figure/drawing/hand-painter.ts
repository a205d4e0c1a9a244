// SPDX-License-Identifier: BSD-2-Clause
import type { RingView } from '../model/ring-view.ts';
import type { Brush } from './block-painter.ts';
import { isEngines, labelsOf, type MarkLabel, type MarkName } from './mark-labels.ts';
import type { ShownMarks } from './motion.ts';
import { CHARACTER, MOST_BLOCKS, markTurn, onRing, type RingPlace } from './stage-layout.ts';

const HANDS: readonly MarkName[] = ['tail', 'cur', 'head'];

/** The program's marks as hands, netmap's as triangles, and the names of all. */
export function paintHands(brush: Brush, place: RingPlace, view: RingView, marks: ShownMarks): void {
  const isLarge = view.slots > MOST_BLOCKS;
  // Where each slot has text, hands only point at it.
  const start = isLarge ? 0.66 : 0.99;
  const inside = isLarge ? 0.5 : 0.48;
  for (const name of HANDS) paintHand(brush, place, name, markTurn(marks[name], view.slots), start);
  if (place.isStrip) return;
  for (const name of ['hwtail', 'hwcur'] as const)
    paintEngineMark(brush, place, name, markTurn(marks[name], view.slots), inside);
  for (const label of labelsOf(place, view.slots, marks)) paintLabel(brush, place, label);
}

/** Head ends in a disc, cur in a circle, tail in a bar: they differ without color, and where they meet. */
function paintHand(
  { canvas, palette }: Brush,
  place: RingPlace,
  name: MarkName,
  turn: number,
  start: number,
): void {
  const [from, to] = [onRing(place, place.radius * start, turn), onRing(place, place.radius * 1.07, turn)];
  const thick = Math.max(1.4, place.radius / 60);
  canvas.strokeStyle = palette.text;
  canvas.fillStyle = name === 'cur' ? palette.panel : palette.text;
  canvas.lineWidth = name === 'cur' ? thick * 0.7 : thick;
  canvas.lineCap = 'round';
  line(canvas, from, to);
  canvas.beginPath();
  if (name === 'tail') {
    const side = thick * 3;
    line(canvas, offset(to, turn, -side), offset(to, turn, side));
    return;
  }
  canvas.arc(to.x, to.y, thick * (name === 'cur' ? 2.6 : 1.9), 0, 2 * Math.PI);
  canvas.fill();
  canvas.stroke();
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

function line(canvas: CanvasRenderingContext2D, from: Spot, to: Spot): void {
  canvas.beginPath();
  canvas.moveTo(from.x, from.y);
  canvas.lineTo(to.x, to.y);
  canvas.stroke();
}

const offset = ({ x, y }: Spot, turn: number, by: number): Spot => ({
  x: x + Math.cos(turn) * by,
  y: y + Math.sin(turn) * by,
});

/** A triangle on the inner edge: hwcur is full, hwtail, a little larger, only an edge. */
function paintEngineMark(
  { canvas, palette }: Brush,
  place: RingPlace,
  name: MarkName,
  turn: number,
  middle: number,
): void {
  const size = Math.max(3, place.radius / 26) * (name === 'hwtail' ? 1.35 : 0.8);
  const edge = place.radius * middle;
  const [tip, base] = [onRing(place, edge + size, turn), onRing(place, edge - size, turn)];
  const [left, right] = [offset(base, turn, -size), offset(base, turn, size)];
  canvas.beginPath();
  canvas.moveTo(tip.x, tip.y);
  canvas.lineTo(left.x, left.y);
  canvas.lineTo(right.x, right.y);
  canvas.closePath();
  canvas.fillStyle = name === 'hwtail' ? palette.panel : palette.dim;
  canvas.strokeStyle = palette.dim;
  canvas.lineWidth = Math.max(1.2, place.radius / 110);
  canvas.fill();
  canvas.stroke();
}

/** Names, and a thin line to their slot where others have pushed them away from it. */
function paintLabel(brush: Brush, place: RingPlace, { turn, lines, box, side }: MarkLabel): void {
  const { canvas, palette } = brush;
  const { textPx } = place;
  const [tip, y] = [
    onRing(place, place.radius * (lines.flat().every(isEngines) ? 1.02 : 1.12), turn),
    box.y + box.height / 2,
  ];
  const near = side === 'right' ? box.x - textPx * 0.25 : box.x + box.width + textPx * 0.25;
  if (Math.hypot(near - tip.x, y - tip.y) > textPx * 1.1) {
    canvas.strokeStyle = palette.faint;
    canvas.lineWidth = 1;
    line(canvas, tip, { x: near, y });
  }
  canvas.font = `600 ${textPx}px ${palette.mono}`;
  canvas.textAlign = 'left';
  canvas.textBaseline = 'middle';
  for (const [index, names] of lines.entries()) {
    const width = names.join(' ').length * textPx * CHARACTER;
    const x = side === 'right' ? box.x : box.x + box.width - width;
    canvas.fillStyle = names.every(isEngines) ? palette.dim : palette.text;
    canvas.fillText(names.join(' '), x, box.y + ((index + 0.5) * box.height) / lines.length);
  }
}
