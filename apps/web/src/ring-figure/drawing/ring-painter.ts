// SPDX-License-Identifier: BSD-2-Clause
import { distance, isOwned, type RingView, type SlotContent, slotContent } from '../model/ring-view.ts';
import { type Palette, packetColor } from './palette.ts';
import { BAND, MOST_BLOCKS, onRing, type RingPlace, slotTurn } from './stage-layout.ts';

/** The marks as they are drawn at this moment: on their way, they stand between slots. */
export interface ShownMarks {
  readonly head: number;
  readonly cur: number;
  readonly tail: number;
  readonly hwcur: number;
  readonly hwtail: number;
}

export interface Brush {
  readonly canvas: CanvasRenderingContext2D;
  readonly palette: Palette;
}

const TICKS = 64;
/** No arc is drawn shorter than this part of the ring. */
const LEAST_ARC = 180;

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

// ---- slots, each with its buffer ----

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
    if (!hidden.has(slot)) paintBuffer(brush, place, view, slot);
    paintIndex(brush, place, view, slot);
  }
}

function sector(canvas: CanvasRenderingContext2D, place: RingPlace, from: number, to: number): void {
  const turn = -Math.PI / 2;
  canvas.arc(place.x, place.y, place.radius * BAND.outer, from + turn, to + turn);
  canvas.arc(place.x, place.y, place.radius * BAND.inner, to + turn, from + turn, true);
  canvas.closePath();
}

function paintIndex({ canvas, palette }: Brush, place: RingPlace, view: RingView, slot: number): void {
  if (view.slots > 32 || place.radius < 70) return;
  const at = onRing(place, place.radius * (BAND.inner - 0.07), slotTurn(slot + 0.5, view.slots));
  canvas.fillStyle = palette.faint;
  canvas.font = `${Math.round(place.textPx * 0.8)}px ${palette.mono}`;
  centered(canvas).fillText(String(slot), at.x, at.y);
}

/** Where the middle of a slot's buffer is. */
export function bufferSpot(place: RingPlace, slots: number, slot: number) {
  const radius = slots <= MOST_BLOCKS ? (BAND.inner + BAND.outer) / 2 : BAND.outer - 0.06;
  return onRing(place, place.radius * radius, slotTurn(slot + 0.5, slots));
}

/** Edge of a square that fits into a slot. */
export function bufferSize(place: RingPlace, slots: number): number {
  const middle = place.radius * ((BAND.inner + BAND.outer) / 2);
  const along = (2 * Math.PI * middle) / Math.min(slots, MOST_BLOCKS);
  return Math.min(along * 0.72, place.radius * (BAND.outer - BAND.inner) * 0.7);
}

function paintBuffer(brush: Brush, place: RingPlace, view: RingView, slot: number): void {
  const { x, y } = bufferSpot(place, view.slots, slot);
  const content = slotContent(view, slot);
  paintBlock(
    brush,
    { x, y, size: bufferSize(place, view.slots), color: packetColor(brush.palette, view) },
    content,
  );
  paintBufferText(brush, place, view, slot, content);
}

export interface Block {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly color: string;
}

/** Full: a packet; half, with a dashed edge: one underway; only an edge: an empty buffer. */
export function paintBlock({ canvas, palette }: Brush, block: Block, content: SlotContent): void {
  const { x, y, size, color } = block;
  canvas.beginPath();
  canvas.roundRect(x - size / 2, y - size / 2, size, size, Math.max(1.5, size * 0.16));
  canvas.fillStyle = content === 'packet' ? color : palette.panel;
  canvas.fill();
  if (content === 'underway') {
    canvas.fillStyle = `${color}59`;
    canvas.fill();
    canvas.setLineDash([3, 2]);
  }
  canvas.strokeStyle = content === 'empty' ? palette.faint : color;
  canvas.lineWidth = 1.2;
  canvas.stroke();
  canvas.setLineDash([]);
}

function paintBufferText(
  { canvas, palette }: Brush,
  place: RingPlace,
  view: RingView,
  slot: number,
  content: SlotContent,
): void {
  const size = bufferSize(place, view.slots);
  if (size < 20) return;
  const { x, y } = bufferSpot(place, view.slots, slot);
  const lines =
    content === 'empty' ? [`${view.buffers[slot]}`] : [`${view.buffers[slot]}`, `${view.lengths[slot]} B`];
  const px = Math.min(size * 0.3, 18);
  canvas.fillStyle = content === 'packet' ? palette.panel : palette.dim;
  centered(canvas);
  for (const [line, text] of lines.entries()) {
    if (line > 0 && size < 30) continue;
    canvas.font = `${line === 0 ? 600 : 400} ${line === 0 ? px : px * 0.82}px ${palette.mono}`;
    canvas.fillText(text, x, y + (lines.length > 1 && size >= 30 ? (line - 0.5) * px * 1.1 : 0));
  }
}

// ---- many slots: arcs ----

function paintArcs(brush: Brush, place: RingPlace, view: RingView, marks: ShownMarks): void {
  const { palette } = brush;
  const { slots } = view;
  const color = packetColor(palette, view);
  arc(brush, place, 0.83, 0.3, 0, slots, slots, palette.releasedSoft);
  arc(brush, place, 0.83, 0.3, marks.head, apart(marks.head, marks.tail, slots), slots, palette.ownedArc);
  const [packets, underway] =
    view.dir === 'rx'
      ? [span(marks.head, marks.tail, slots), span(marks.tail, marks.hwtail, slots)]
      : [span(marks.hwcur, marks.head, slots), span((marks.hwtail + 1) % slots, marks.hwcur, slots)];
  arc(brush, place, 0.6, 0.07, 0, slots, slots, palette.line);
  arc(brush, place, 0.6, 0.07, packets.from, packets.length, slots, color);
  arc(brush, place, 0.6, 0.07, underway.from, underway.length, slots, `${color}66`);
  paintTicks(brush, place);
}

const apart = (from: number, to: number, slots: number) => (((to - from) % slots) + slots) % slots;

const span = (from: number, to: number, slots: number) => ({ from, length: apart(from, to, slots) });

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

// ---- center and hands ----

function centered(canvas: CanvasRenderingContext2D): CanvasRenderingContext2D {
  canvas.textAlign = 'center';
  canvas.textBaseline = 'middle';
  return canvas;
}

function paintCenter({ canvas, palette }: Brush, place: RingPlace, view: RingView): void {
  const { textPx } = place;
  const owned = distance(view.head, view.tail, view.slots);
  const use = view.dir === 'rx' ? 'to read' : 'to fill';
  centered(canvas);
  const line = (text: string, at: number, px: number, font: string, color: string) => {
    canvas.fillStyle = color;
    canvas.font = `${font.startsWith('"Inter') ? 400 : 600} ${px}px ${font}`;
    canvas.fillText(text, place.x, place.y + at, place.radius * 1.02);
  };
  // Netmap's marks have their names around this, where the ring is large enough for them.
  if (place.radius > 150) {
    const corner = place.radius * 0.98;
    canvas.fillStyle = palette[view.dir];
    canvas.font = `600 ${textPx}px ${palette.mono}`;
    canvas.fillText(`${view.dir} ${view.ring}`, place.x - corner, place.y - corner);
    canvas.fillStyle = palette.dim;
    canvas.font = `${textPx * 0.85}px ${palette.mono}`;
    canvas.fillText(view.port, place.x - corner, place.y - corner + textPx * 1.3);
    line(String(owned), -textPx * 0.2, textPx * 1.7, palette.mono, palette.text);
    line(use, textPx * 1.1, textPx * 0.75, palette.sans, palette.dim);
    return;
  }
  const isSmall = place.radius < textPx * 6;
  line(
    `${view.dir} ${view.ring}`,
    textPx * (isSmall ? -1.3 : -1.75),
    textPx,
    palette.mono,
    palette[view.dir],
  );
  line(String(owned), isSmall ? textPx * 0.3 : 0, textPx * (isSmall ? 1.6 : 2.1), palette.mono, palette.text);
  if (isSmall) return;
  line(use, textPx * 1.65, textPx, palette.sans, palette.dim);
  line(view.port, textPx * 2.9, textPx * 0.8, palette.sans, palette.dim);
}

type MarkName = keyof ShownMarks;

interface Label {
  readonly turn: number;
  readonly names: MarkName[];
}

const HANDS: readonly MarkName[] = ['tail', 'cur', 'head'];
const ENGINE: readonly MarkName[] = ['hwcur', 'hwtail'];

/** A mark points at its slot's middle where slots can be told apart. */
function markTurn(slot: number, slots: number): number {
  return slotTurn(slots <= MOST_BLOCKS ? slot + 0.5 : slot, slots);
}

function paintHands(brush: Brush, place: RingPlace, view: RingView, marks: ShownMarks): void {
  // Where each slot has text, hands only point at it.
  const start = view.slots <= MOST_BLOCKS ? 0.99 : 0.5;
  for (const name of HANDS) paintHand(brush, place, name, markTurn(marks[name], view.slots), start);
  for (const name of ENGINE) paintEngineMark(brush, place, markTurn(marks[name], view.slots));
  const label = (names: readonly MarkName[]) => labelsOf(names, marks, view.slots, place);
  for (const each of label(HANDS.toReversed())) paintLabel(brush, place, each, 1);
  if (place.radius > 150) for (const each of label(ENGINE)) paintLabel(brush, place, each, -1);
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

/** Netmap's side: a triangle on the inner edge. */
function paintEngineMark({ canvas, palette }: Brush, place: RingPlace, turn: number): void {
  const size = Math.max(3, place.radius / 26);
  const edge = place.radius * (BAND.inner - 0.13);
  const [tip, base] = [onRing(place, edge + size, turn), onRing(place, edge - size, turn)];
  const [left, right] = [offset(base, turn, -size), offset(base, turn, size)];
  canvas.beginPath();
  canvas.moveTo(tip.x, tip.y);
  canvas.lineTo(left.x, left.y);
  canvas.lineTo(right.x, right.y);
  canvas.closePath();
  canvas.fillStyle = palette.dim;
  canvas.fill();
}

/** Marks that stand together share a label. */
function labelsOf(names: readonly MarkName[], marks: ShownMarks, slots: number, place: RingPlace): Label[] {
  // Nearer to the center, names of marks that stand apart would meet.
  const close = (place.textPx * (names === ENGINE ? 4 : 1.5)) / place.radius;
  const labels: Label[] = [];
  for (const name of names) {
    const turn = markTurn(marks[name], slots);
    const near = labels.find((label) => turnApart(label.turn, turn) < close);
    if (near) near.names.push(name);
    else labels.push({ turn, names: [name] });
  }
  return labels;
}

function turnApart(a: number, b: number): number {
  const turn = Math.abs(a - b) % (2 * Math.PI);
  return Math.min(turn, 2 * Math.PI - turn);
}

/** Outside the ring, or (`side` -1) inside of it. */
function paintLabel(
  { canvas, palette }: Brush,
  place: RingPlace,
  { turn, names }: Label,
  side: 1 | -1,
): void {
  const short = place.radius < 90;
  const text = short && side === 1 ? names.map((name) => name.charAt(0)).join('') : names.join(' ');
  const px = side === 1 ? place.textPx : place.textPx * 0.8;
  canvas.font = `600 ${px}px ${palette.mono}`;
  const halfWidth = canvas.measureText(text).width / 2;
  const clear = px * 0.9 + Math.abs(Math.sin(turn)) * (halfWidth - px * 0.4);
  const radius = side === 1 ? place.radius * 1.1 + clear : place.radius * (BAND.inner - 0.19) - clear;
  const at = onRing(place, radius, turn);
  canvas.fillStyle = side === 1 ? palette.text : palette.dim;
  centered(canvas).fillText(text, at.x, at.y);
}
