// SPDX-License-Identifier: BSD-2-Clause
import { flagLetters, isOwned, type RingView, slotContent } from '../model/ring-view.ts';
import { packetColor } from './palette.ts';
import { type Brush, paintBlock } from './ring-painter.ts';
import { onRing, type RingPlace, slotTurn } from './stage-layout.ts';

/** The slots of a large ring that are drawn one by one. */
export interface LensWindow {
  readonly first: number;
  readonly count: number;
}

/** Around the head, or around what is selected. */
function lensWindow(place: RingPlace, view: RingView, selected: number | undefined): LensWindow {
  const count = place.lens === undefined ? 0 : Math.floor(place.lens.width / (place.textPx * 2.5));
  const before = selected === undefined ? 3 : Math.floor(count / 2);
  const around = selected ?? view.head;
  return { first: (around - before + view.slots) % view.slots, count };
}

export function paintLens(
  brush: Brush,
  place: RingPlace,
  view: RingView,
  selected: number | undefined,
): void {
  if (place.lens === undefined) return;
  const window = lensWindow(place, view, selected);
  paintReach(brush, place, view, window);
  for (let n = 0; n < window.count; n++) {
    paintCell(brush, place, view, (window.first + n) % view.slots, n, window.count, selected);
  }
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

const MARKS = ['head', 'cur', 'tail', 'hwcur', 'hwtail'] as const;

function paintCell(
  brush: Brush,
  place: RingPlace,
  view: RingView,
  slot: number,
  n: number,
  count: number,
  selected: number | undefined,
): void {
  const { canvas, palette } = brush;
  const lens = place.lens;
  if (lens === undefined) return;
  const px = place.textPx;
  const width = lens.width / count;
  const x = lens.x + n * width;
  const top = lens.y + px * 1.3;
  const height = px * 2.3;
  const owned = isOwned(view, slot);
  canvas.fillStyle = owned ? palette.ownedSoft : palette.releasedSoft;
  canvas.strokeStyle = slot === selected ? palette.text : owned ? palette.owned : palette.released;
  canvas.lineWidth = slot === selected ? 2 : 1;
  canvas.beginPath();
  canvas.roundRect(x + 1, top, width - 2, height, 2);
  canvas.fill();
  canvas.stroke();
  const middle = x + width / 2;
  const content = slotContent(view, slot);
  const size = Math.min(width, height) * 0.7;
  paintBlock(brush, { x: middle, y: top + height / 2, size, color: packetColor(palette, view) }, content);
  canvas.textAlign = 'center';
  canvas.textBaseline = 'middle';
  if (content !== 'empty') {
    canvas.font = `600 ${px * 0.72}px ${palette.mono}`;
    canvas.fillStyle = content === 'packet' ? palette.panel : palette.dim;
    canvas.fillText(String(view.lengths[slot]), middle, top + height / 2);
  }
  canvas.font = `${px * 0.72}px ${palette.mono}`;
  canvas.fillStyle = slot === selected ? palette.text : palette.faint;
  canvas.fillText(String(slot), middle, top + height + px * 0.75);
  canvas.fillStyle = palette.dim;
  canvas.fillText(flagLetters(view.flags[slot] ?? 0), middle, top + height + px * 1.6);
  const marks = MARKS.filter((name) => view[name] === slot).map(letterOf);
  canvas.font = `600 ${px * 0.8}px ${palette.mono}`;
  canvas.fillStyle = palette.text;
  canvas.fillText(marks.join(''), middle, lens.y + px * 0.5);
}

/** The engine's marks in capitals. */
const letterOf = (name: (typeof MARKS)[number]) =>
  ({ head: 'h', cur: 'c', tail: 't', hwcur: 'C', hwtail: 'T' })[name];

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
