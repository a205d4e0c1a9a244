// SPDX-License-Identifier: BSD-2-Clause
import type { RingLook } from '@ringlab/protocol';

/** One ring as it is drawn: marks, and of each slot its buffer, its length and its flags. */
export interface RingView {
  /** `vale0:a/rx0` */
  readonly id: string;
  readonly port: string;
  readonly dir: 'tx' | 'rx';
  readonly ring: number;
  readonly memoryId: number;
  readonly slots: number;
  readonly head: number;
  readonly cur: number;
  readonly tail: number;
  readonly hwcur: number;
  readonly hwtail: number;
  readonly syncs: number;
  readonly buffers: Uint32Array;
  readonly lengths: Uint16Array;
  readonly flags: Uint16Array;
}

export const ringId = ({ port, dir, ring }: Pick<RingLook, 'port' | 'dir' | 'ring'>) =>
  `${port}/${dir}${ring}`;

/** Spells out the slots of a look. What the runs do not cover stays 0, and what they have too much is left out. */
export function ringView(look: RingLook): RingView {
  const { port, dir, ring, memoryId, slots, head, cur, tail, hwcur, hwtail, syncs } = look;
  const view = {
    ...{ id: ringId(look), port, dir, ring, memoryId, slots, head, cur, tail, hwcur, hwtail, syncs },
    buffers: new Uint32Array(slots),
    lengths: new Uint16Array(slots),
    flags: new Uint16Array(slots),
  };
  let slot = 0;
  for (const [count, buffer, length, flags] of look.runs) {
    const end = Math.min(slot + count, slots);
    for (let offset = 0; slot < end; slot++, offset++) view.buffers[slot] = buffer + offset;
    view.lengths.fill(length, end - Math.min(count, end), end);
    view.flags.fill(flags, end - Math.min(count, end), end);
  }
  return view;
}

/** How many slots lie from `from` up to, and without, `to`. */
export function distance(from: number, to: number, slots: number): number {
  return (((to - from) % slots) + slots) % slots;
}

/** True if the slot is the program's: from head up to, and without, tail. */
export function isOwned({ head, tail, slots }: RingView, slot: number): boolean {
  return distance(head, slot, slots) < distance(head, tail, slots);
}

export type SlotContent = 'packet' | 'underway' | 'empty';

/**
 * What a slot holds. A packet: one that the program can read (rx), or has released and netmap has not taken yet (tx). One
 * underway: it came, and the program sees it after its next sync (rx); netmap has taken it, and it is not sent yet (tx).
 */
export function slotContent(view: RingView, slot: number): SlotContent {
  const { dir, head, tail, hwcur, hwtail, slots } = view;
  const lies = (from: number, to: number) => distance(from, slot, slots) < distance(from, to, slots);
  if (dir === 'rx') return isOwned(view, slot) ? 'packet' : lies(tail, hwtail) ? 'underway' : 'empty';
  if (lies(hwcur, head)) return 'packet';
  return lies((hwtail + 1) % slots, hwcur) ? 'underway' : 'empty';
}

const FLAG_NAMES: readonly (readonly [bit: number, name: string, letter: string])[] = [
  [0x01, 'NS_BUF_CHANGED', 'C'],
  [0x02, 'NS_REPORT', 'R'],
  [0x04, 'NS_FORWARD', 'F'],
  [0x08, 'NS_NO_LEARN', 'N'],
  [0x10, 'NS_INDIRECT', 'I'],
  [0x20, 'NS_MOREFRAG', 'M'],
];

export const flagNames = (flags: number): string[] =>
  FLAG_NAMES.filter(([bit]) => flags & bit).map(([, name]) => name);

export const flagLetters = (flags: number): string =>
  FLAG_NAMES.filter(([bit]) => flags & bit)
    .map(([, , letter]) => letter)
    .join('');
