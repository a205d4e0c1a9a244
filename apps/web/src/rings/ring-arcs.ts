// SPDX-License-Identifier: BSD-2-Clause
import type { RingState } from '@ringlab/protocol';

/** A run of slots, in the ring's direction; `slots` may be zero. */
export interface Arc {
  readonly from: number;
  readonly slots: number;
}

export interface RingArcs {
  /** From head to tail: the program's, to fill (transmit) or to read (receive). */
  readonly owned: Arc;
  /** From tail to head: netmap's. */
  readonly released: Arc;
  /** The slots that hold packets: received ones the program has not released, or released ones not sent yet. */
  readonly packets: Arc;
}

/** netmap's rule: slots from head up to, and without, tail belong to the program; one slot is always netmap's. */
export function ringArcs(ring: RingState): RingArcs {
  const owned = arc(ring.head, ring.tail, ring.slots);
  const released = { from: ring.tail, slots: ring.slots - owned.slots };
  return { owned, released, packets: ring.dir === 'rx' ? owned : arc(ring.hwcur, ring.head, ring.slots) };
}

function arc(from: number, to: number, slots: number): Arc {
  return { from, slots: (((to - from) % slots) + slots) % slots };
}

/** In degrees clockwise from the top. */
export function slotAngle(slot: number, slots: number): number {
  return (360 * slot) / slots;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export function onCircle(radius: number, degrees: number): Spot {
  const radians = ((degrees - 90) * Math.PI) / 180;
  return { x: radius * Math.cos(radians), y: radius * Math.sin(radians) };
}

/** SVG path data of an arc around the origin; a full turn is drawn as two halves, and nothing as nothing. */
export function arcPath(radius: number, { from, slots: length }: Arc, slots: number): string {
  if (length <= 0) return '';
  const [start, turn] = [slotAngle(from, slots), slotAngle(length, slots)];
  if (turn >= 359.99) return `${piece(radius, start, 180)} ${piece(radius, start + 180, 180)}`;
  return piece(radius, start, turn);
}

function piece(radius: number, start: number, turn: number): string {
  const [a, b] = [onCircle(radius, start), onCircle(radius, start + turn)];
  return `M${xy(a)} A${radius} ${radius} 0 ${turn > 180 ? 1 : 0} 1 ${xy(b)}`;
}

const xy = ({ x, y }: Spot) => `${x.toFixed(2)} ${y.toFixed(2)}`;
