// SPDX-License-Identifier: BSD-2-Clause
import { flagLetters, type RingView, type SlotContent, slotContent } from '../model/ring-view.ts';
import { type Palette, packetColor } from './palette.ts';
import { bufferSize, bufferSpot, CHARACTER, type RingPlace } from './stage-layout.ts';

export interface Brush {
  readonly canvas: CanvasRenderingContext2D;
  readonly palette: Palette;
}

export interface Block {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly color: string;
}

/** Letters smaller than this are a smudge. */
const LEAST_TEXT_PX = 8;

/** Full: a packet; half, with a dashed edge: one underway; only an edge: an empty buffer. */
export function paintBlock({ canvas, palette }: Brush, block: Block, content: SlotContent): void {
  const { x, y, size, color } = block;
  canvas.beginPath();
  canvas.roundRect(x - size / 2, y - size / 2, size, size, Math.max(1.5, size * 0.16));
  canvas.fillStyle = content === 'packet' ? color : palette.panel;
  canvas.fill();
  if (content === 'underway') {
    canvas.fillStyle = `${color}40`;
    canvas.fill();
    canvas.setLineDash([4, 3]);
  }
  canvas.strokeStyle = content === 'empty' ? palette.faint : color;
  canvas.lineWidth = content === 'underway' ? 1.8 : 1.2;
  canvas.stroke();
  canvas.setLineDash([]);
}

/** A slot's buffer in its ring, with its number, the packet's length and the slot's flags. */
export function paintBuffer(brush: Brush, place: RingPlace, view: RingView, slot: number): void {
  const at = bufferSpot(place, view.slots, slot);
  const size = bufferSize(place, view.slots);
  const content = slotContent(view, slot);
  paintBlock(brush, { ...at, size, color: packetColor(brush.palette, view) }, content);
  const number = String(view.buffers[slot]);
  const length = content === 'empty' ? '' : `${view.lengths[slot]} B`;
  paintTexts(brush, { ...at, size, color: content === 'packet' ? brush.palette.panel : brush.palette.text }, [
    number,
    length,
  ]);
  paintFlags(brush, at.x + size / 2, at.y - size / 2, size * 0.34, view.flags[slot] ?? 0);
}

function paintTexts({ canvas, palette }: Brush, block: Block, [number = '', length = '']: string[]): void {
  const { x, y, size, color } = block;
  const fitting = (text: string, px: number) => Math.min(px, (size * 0.9) / (text.length * CHARACTER));
  const px = fitting(number, size * 0.42);
  const lengthPx = fitting(length, size * 0.3);
  const hasLength = length !== '' && lengthPx >= LEAST_TEXT_PX;
  canvas.fillStyle = color;
  const write = (text: string, weight: number, textPx: number, dy: number) => {
    canvas.font = `${weight} ${textPx}px ${palette.mono}`;
    centered(canvas).fillText(text, x, y + dy);
  };
  if (px >= LEAST_TEXT_PX) write(number, 600, px, hasLength ? -size * 0.17 : 0);
  if (hasLength) write(length, 500, lengthPx, size * 0.24);
}

/** One letter a flag, in a tag around this point. */
export function paintFlags(
  { canvas, palette }: Brush,
  x: number,
  y: number,
  px: number,
  flags: number,
): void {
  const letters = flagLetters(flags);
  if (letters === '' || px < LEAST_TEXT_PX - 1) return;
  const width = letters.length * px * CHARACTER + px * 0.5;
  canvas.beginPath();
  canvas.roundRect(x - width / 2, y - px * 0.6, width, px * 1.2, px * 0.3);
  canvas.fillStyle = palette.text;
  canvas.fill();
  canvas.fillStyle = palette.panel;
  canvas.font = `700 ${px}px ${palette.mono}`;
  centered(canvas).fillText(letters, x, y + px * 0.04);
}

export function centered(canvas: CanvasRenderingContext2D): CanvasRenderingContext2D {
  canvas.textAlign = 'center';
  canvas.textBaseline = 'middle';
  return canvas;
}
