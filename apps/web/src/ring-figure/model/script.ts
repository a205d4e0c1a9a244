// SPDX-License-Identifier: BSD-2-Clause
import type { RingLook } from '@ringlab/protocol';
import { ringId } from './ring-view.ts';

/**
 * What can happen to rings in a figure that is told rather than seen: the program's moves and netmap's, by netmap's rules.
 * A move that the rules forbid throws, so that no figure shows what cannot be.
 */
export type Move =
  /** The wire: packets come into a receive ring. */
  | { readonly kind: 'arrive'; readonly ring: string; readonly packets: number; readonly bytes?: number }
  /** The program: NIOCRXSYNC or NIOCTXSYNC. */
  | { readonly kind: 'sync'; readonly ring: string }
  /** The program: it has read the first slots of an rx ring, and releases them. */
  | { readonly kind: 'read'; readonly ring: string; readonly packets: number }
  /** The program: it has filled the first slots of a tx ring, and releases them. */
  | { readonly kind: 'fill'; readonly ring: string; readonly packets: number; readonly bytes?: number }
  /** The program: cur alone goes on, so that poll waits for more. */
  | { readonly kind: 'look-ahead'; readonly ring: string; readonly slots: number }
  /** The wire: released packets of a tx ring went out; the next sync gives their slots back. */
  | { readonly kind: 'send'; readonly ring: string; readonly packets: number }
  /** The program: buffers of received packets against those of slots to fill, and both heads go on. */
  | { readonly kind: 'swap'; readonly rx: string; readonly tx: string; readonly packets: number };

export type Rings = readonly RingLook[];

const BUF_CHANGED = 1;
const SMALL_PACKET_BYTES = 60;
const BUFFER_BYTES = 2048;

interface Slot {
  readonly buffer: number;
  readonly length: number;
  readonly flags: number;
}

/** A fresh ring, whose buffers follow each other from `firstBuffer` on. */
export function freshRing(
  port: string,
  dir: 'tx' | 'rx',
  slots: number,
  firstBuffer = dir === 'rx' ? slots + 2 : 2,
): RingLook {
  const tail = dir === 'tx' ? slots - 1 : 0;
  return {
    ...{ port, dir, ring: 0, memoryId: 1, slots, head: 0, cur: 0, tail, hwcur: 0, hwtail: tail },
    ...{ packets: 0, drops: 0, syncs: 0, runs: [[slots, firstBuffer, BUFFER_BYTES, 0]] },
  };
}

export function play(rings: Rings, move: Move): Rings {
  if (move.kind === 'swap') return swap(rings, move);
  return replace(rings, moved(find(rings, move.ring), move));
}

function moved(ring: RingLook, move: Exclude<Move, { kind: 'swap' }>): RingLook {
  switch (move.kind) {
    case 'arrive':
      return arrive(ring, move.packets, move.bytes ?? SMALL_PACKET_BYTES);
    case 'sync':
      return ring.dir === 'rx' ? syncRx(ring) : syncTx(ring);
    case 'read':
      return release(wanted(ring, 'rx'), move.packets);
    case 'fill':
      return release(
        fillSlots(wanted(ring, 'tx'), ring.head, move.packets, move.bytes ?? SMALL_PACKET_BYTES),
        move.packets,
      );
    case 'look-ahead':
      return { ...ring, cur: within(ring, ring.cur, move.slots, ring.tail) };
    case 'send':
      return send(ring, move.packets);
  }
}

/** One slot always stays netmap's, or a full ring would look like an empty one. */
function arrive(ring: RingLook, packets: number, bytes: number): RingLook {
  const room = between(wanted(ring, 'rx').hwtail, ring.hwcur, ring.slots) || ring.slots;
  const taken = Math.min(packets, room - 1);
  return {
    ...fillSlots(ring, ring.hwtail, taken, bytes),
    hwtail: (ring.hwtail + taken) % ring.slots,
    packets: ring.packets + taken,
    drops: ring.drops + packets - taken,
  };
}

function syncRx(ring: RingLook): RingLook {
  return { ...ring, hwcur: ring.head, tail: ring.hwtail, syncs: ring.syncs + 1 };
}

/** Netmap takes what was released, and gives back what went out by now. */
function syncTx(ring: RingLook): RingLook {
  return { ...ring, hwcur: ring.head, tail: ring.hwtail, syncs: ring.syncs + 1 };
}

/** Of a tx ring `hwtail` is the last slot that the program may have after its next sync. */
function send(ring: RingLook, packets: number): RingLook {
  const last = (ring.hwcur + ring.slots - 1) % ring.slots;
  const hwtail = within(wanted(ring, 'tx'), ring.hwtail, packets, last);
  return { ...ring, hwtail, packets: ring.packets + packets };
}

function release(ring: RingLook, packets: number): RingLook {
  const head = within(ring, ring.head, packets, ring.tail);
  const curIsBehind =
    between(ring.head, ring.cur, ring.slots) < between(ring.head, head, ring.slots) || ring.cur === ring.head;
  return { ...ring, head, cur: curIsBehind ? head : ring.cur };
}

function swap(rings: Rings, { rx, tx, packets }: Extract<Move, { kind: 'swap' }>): Rings {
  const [from, to] = [wanted(find(rings, rx), 'rx'), wanted(find(rings, tx), 'tx')];
  const [received, free] = [slotsOf(from), slotsOf(to)];
  for (let n = 0; n < packets; n++) {
    const [r, t] = [(from.head + n) % from.slots, (to.head + n) % to.slots];
    const [packet, empty] = [received[r], free[t]];
    if (!packet || !empty) break;
    free[t] = { ...packet, flags: BUF_CHANGED };
    received[r] = { ...empty, flags: BUF_CHANGED };
  }
  const swapped = replace(replace(rings, withSlots(from, received)), withSlots(to, free));
  const released = replace(swapped, release(find(swapped, rx), packets));
  return replace(released, release(find(released, tx), packets));
}

function find(rings: Rings, id: string): RingLook {
  const ring = rings.find((each) => ringId(each) === id);
  if (!ring) throw new Error(`There is no ring ${id} in this figure.`);
  return ring;
}

const replace = (rings: Rings, ring: RingLook): Rings =>
  rings.map((each) => (ringId(each) === ringId(ring) ? ring : each));

function wanted(ring: RingLook, dir: 'tx' | 'rx'): RingLook {
  if (ring.dir !== dir) throw new Error(`${ringId(ring)} is no ${dir} ring.`);
  return ring;
}

const between = (from: number, to: number, slots: number) => (((to - from) % slots) + slots) % slots;

/** `from` moved on by `by`, which must not pass `limit`. */
function within(ring: RingLook, from: number, by: number, limit: number): number {
  if (by > between(from, limit, ring.slots))
    throw new Error(`${ringId(ring)} cannot go on by ${by} from slot ${from}: its limit is slot ${limit}.`);
  return (from + by) % ring.slots;
}

function fillSlots(ring: RingLook, from: number, count: number, length: number): RingLook {
  const slots = slotsOf(ring);
  for (let n = 0; n < count; n++) {
    const at = (from + n) % ring.slots;
    const slot = slots[at];
    if (slot) slots[at] = { ...slot, length };
  }
  return withSlots(ring, slots);
}

function slotsOf({ runs }: RingLook): Slot[] {
  return runs.flatMap(([count, first, length, flags]) =>
    Array.from({ length: count }, (_, n) => ({ buffer: first + n, length, flags })),
  );
}

const withSlots = (ring: RingLook, slots: readonly Slot[]): RingLook => ({
  ...ring,
  runs: slots.map(({ buffer, length, flags }) => [1, buffer, length, flags]),
});
