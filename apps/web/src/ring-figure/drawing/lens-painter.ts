// SPDX-License-Identifier: BSD-2-Clause
import { distance, isOwned, type RingView, slotContent } from '../model/ring-view.ts';
import { type Brush, centered, paintBlock, paintFlags } from './block-painter.ts';
import {
  LENS_ROWS,
  type LensLabel,
  type LensWindow,
  lensLabels,
  lensTop,
  lensWindow,
} from './lens-layout.ts';
import { isEngines } from './mark-labels.ts';
import { packetColor } from './palette.ts';
import { type Box, onRing, type RingPlace, slotTurn } from './stage-layout.ts';

export function paintLens(
  brush: Brush,
  place: RingPlace,
  view: RingView,
  selected: number | undefined,
  hidden: ReadonlySet<number>,
): void {
  if (place.lens === undefined) return;
  const window = lensWindow(place, view, selected);
  paintReach(brush, place, view, window);
  if (place.isStrip) paintTitle(brush, place, view);
  for (let n = 0; n < window.count; n++) {
    const slot = (window.first + n) % view.slots;
    paintCell(
      brush,
      { place, view, slot, box: cellBox(place, window, n) },
      slot === selected,
      hidden.has(slot),
    );
  }
  for (const label of lensLabels(place, view, window)) paintLabel(brush, place, label);
}

/** Which part of the ring the window shows. */
function paintReach(
  { canvas, palette }: Brush,
  place: RingPlace,
  view: RingView,
  { first, count }: LensWindow,
): void {
  const start = slotTurn(first, view.slots) - Math.PI / 2;
  canvas.beginPath();
  canvas.arc(place.x, place.y, place.radius * 1.02, start, start + slotTurn(count, view.slots));
  canvas.strokeStyle = palette.text;
  canvas.lineWidth = 2;
  canvas.stroke();
  const mark = onRing(place, place.radius * 1.02, start + Math.PI / 2);
  canvas.beginPath();
  canvas.arc(mark.x, mark.y, 1.5, 0, 2 * Math.PI);
  canvas.fillStyle = palette.text;
  canvas.fill();
}

function paintTitle({ canvas, palette }: Brush, place: RingPlace, view: RingView): void {
  const { lens, textPx } = place;
  if (lens === undefined) return;
  const y = lens.y + textPx * 0.6;
  const owned = distance(view.head, view.tail, view.slots);
  canvas.textAlign = 'left';
  canvas.textBaseline = 'middle';
  canvas.font = `600 ${textPx}px ${palette.mono}`;
  canvas.fillStyle = palette[view.dir];
  const name = `${view.dir} ${view.ring} `;
  canvas.fillText(name, lens.x, y);
  const x = lens.x + canvas.measureText(name).width;
  canvas.font = `${textPx}px ${palette.sans}`;
  canvas.fillStyle = palette.dim;
  canvas.fillText(
    `${view.port}, ${owned} ${view.dir === 'rx' ? 'to read' : 'to fill'}`,
    x,
    y,
    lens.width * 0.8,
  );
}

const cellBox = (place: RingPlace, { count }: LensWindow, n: number): Box => {
  const { x = 0, width = 0 } = place.lens ?? {};
  const y = lensTop(place) + place.textPx * LENS_ROWS.slots;
  return { x: x + (n * width) / count, y, width: width / count, height: place.textPx * LENS_ROWS.height };
};

interface Cell {
  readonly place: RingPlace;
  readonly view: RingView;
  readonly slot: number;
  readonly box: Box;
}

function paintCell(brush: Brush, cell: Cell, isSelected: boolean, isComing: boolean): void {
  const { canvas, palette } = brush;
  const { place, view, slot, box } = cell;
  const px = Math.min(place.textPx * 0.8, (box.width * 0.94) / (String(view.slots - 1).length * 0.6));
  const owned = isOwned(view, slot);
  canvas.fillStyle = owned ? palette.ownedSoft : palette.releasedSoft;
  canvas.strokeStyle = isSelected ? palette.text : owned ? palette.owned : palette.released;
  canvas.lineWidth = isSelected ? 2 : 1;
  canvas.beginPath();
  canvas.roundRect(box.x + 1, box.y, box.width - 2, box.height, 2);
  canvas.fill();
  canvas.stroke();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const size = Math.min(box.width, box.height) * 0.76;
  if (!isComing) paintContent(brush, cell, x, y, size);
  canvas.font = `${px}px ${palette.mono}`;
  canvas.fillStyle = isSelected ? palette.text : palette.faint;
  centered(canvas).fillText(String(slot), x, lensTop(place) + place.textPx * LENS_ROWS.numbers);
}

function paintContent(brush: Brush, { place, view, slot }: Cell, x: number, y: number, size: number): void {
  const { canvas, palette } = brush;
  const content = slotContent(view, slot);
  paintBlock(brush, { x, y, size, color: packetColor(palette, view) }, content);
  if (content !== 'empty') {
    const length = String(view.lengths[slot]);
    const px = Math.min(place.textPx * 0.8, (size * 0.92) / (length.length * 0.6));
    canvas.font = `600 ${px}px ${palette.mono}`;
    canvas.fillStyle = content === 'packet' ? palette.panel : palette.text;
    if (px >= 6) centered(canvas).fillText(length, x, y);
  }
  paintFlags(brush, x + size * 0.36, y - size * 0.52, Math.max(8, place.textPx * 0.7), view.flags[slot] ?? 0);
}

/** Names, and a line to their slot. */
function paintLabel({ canvas, palette }: Brush, place: RingPlace, { text, names, at, box }: LensLabel): void {
  const px = place.textPx;
  const engine = names.every(isEngines);
  const y = box.y + box.height / 2;
  const color = engine ? palette.dim : palette.text;
  canvas.font = `600 ${px}px ${palette.mono}`;
  canvas.fillStyle = color;
  centered(canvas).fillText(text, box.x + box.width / 2, y);
  if (at === undefined) return;
  const edge = lensTop(place) + px * (engine ? LENS_ROWS.numbers + 0.5 : LENS_ROWS.slots);
  const from = Math.max(box.x + px * 0.4, Math.min(at, box.x + box.width - px * 0.4));
  canvas.beginPath();
  canvas.moveTo(from, engine ? y - px * 0.5 : y + px * 0.5);
  canvas.lineTo(at, edge);
  canvas.strokeStyle = color;
  canvas.lineWidth = engine ? 1 : 1.6;
  canvas.stroke();
}

/** The slot whose cell is under this point. */
export function lensSlotAt(
  place: RingPlace,
  view: RingView,
  selected: number | undefined,
  x: number,
  y: number,
): number | undefined {
  const { lens } = place;
  if (lens === undefined || y < lens.y || y > lens.y + lens.height) return undefined;
  if (x < lens.x || x >= lens.x + lens.width) return undefined;
  const { first, count } = lensWindow(place, view, selected);
  return (first + Math.floor(((x - lens.x) / lens.width) * count)) % view.slots;
}

/** Where a slot's buffer is in the window, if the slot is in it. */
export function lensSpot(place: RingPlace, view: RingView, selected: number | undefined, slot: number) {
  const window = lensWindow(place, view, selected);
  const n = distance(window.first, slot, view.slots);
  if (place.lens === undefined || n >= window.count) return undefined;
  const { x, y, width, height } = cellBox(place, window, n);
  return { x: x + width / 2, y: y + height / 2, size: Math.min(width, height) * 0.76 };
}
