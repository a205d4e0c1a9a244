// SPDX-License-Identifier: BSD-2-Clause
import type { RingView } from '../model/ring-view.ts';

/** The marks as they are drawn at this moment: on their way, they stand between slots. */
export interface ShownMarks {
  readonly head: number;
  readonly cur: number;
  readonly tail: number;
  readonly hwcur: number;
  readonly hwtail: number;
}

/** From 0 to 1: slow at both ends. */
export const eased = (part: number) => (part < 0.5 ? 2 * part * part : 1 - (2 - 2 * part) ** 2 / 2);

export const marksOf = ({ head, cur, tail, hwcur, hwtail }: RingView): ShownMarks => ({
  ...{ head, cur, tail, hwcur, hwtail },
});

/** Marks on their way from where they were to where they are: around the ring as they went, which is on. */
export function marksBetween(from: ShownMarks, to: ShownMarks, slots: number, part: number): ShownMarks {
  const at = (name: keyof ShownMarks) => {
    const way = (((to[name] - from[name]) % slots) + slots) % slots;
    // A mark that seems to have gone nearly all around was put back: by a wrong program, or a new ring.
    const signed = way > slots * 0.9 ? way - slots : way;
    return (((from[name] + signed * part) % slots) + slots) % slots;
  };
  return { head: at('head'), cur: at('cur'), tail: at('tail'), hwcur: at('hwcur'), hwtail: at('hwtail') };
}

/** How far the nth of `count` buffers has come when the whole stream has come this far: one after the other. */
export function streamed(part: number, n: number, count: number): number {
  const delay = count > 1 ? (STREAM_DELAY * n) / (count - 1) : 0;
  return Math.max(0, Math.min(1, (part - delay) / (1 - STREAM_DELAY)));
}

const STREAM_DELAY = 0.35;
