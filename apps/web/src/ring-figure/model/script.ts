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

/** Where a ring's packets go; of a ring without it they come from and go to a wire that is not drawn. */
export type Link =
  /** The ring at the other end of a pipe. Both name the same buffers. */
  | { readonly kind: 'pipe'; readonly peer: string }
  /** The receive rings of the switch's other ports. */
  | { readonly kind: 'switch'; readonly to: readonly string[] };

export type ToldRing = RingLook & { readonly link?: Link };
export type Rings = readonly ToldRing[];

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
  if (move.kind === 'sync') return sync(rings, find(rings, move.ring));
  return replace(rings, moved(find(rings, move.ring), move));
}

function moved(ring: ToldRing, move: Exclude<Move, { kind: 'swap' | 'sync' }>): ToldRing {
  switch (move.kind) {
    case 'arrive':
      return arrive(onWire(ring), Array(move.packets).fill(move.bytes ?? SMALL_PACKET_BYTES));
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
      return send(onWire(ring), move.packets);
  }
}

/** Packets of these lengths. One slot always stays netmap's, or a full ring would look like an empty one. */
function arrive(ring: ToldRing, lengths: readonly number[]): ToldRing {
  const room = between(wanted(ring, 'rx').hwtail, ring.hwcur, ring.slots) || ring.slots;
  const taken = lengths.slice(0, room - 1);
  const slots = slotsOf(ring);
  for (const [n, length] of taken.entries()) {
    const at = (ring.hwtail + n) % ring.slots;
    slots[at] = { buffer: slots[at]?.buffer ?? 0, length, flags: 0 };
  }
  return {
    ...withSlots(ring, slots),
    hwtail: (ring.hwtail + taken.length) % ring.slots,
    packets: ring.packets + taken.length,
    drops: ring.drops + lengths.length - taken.length,
  };
}

/** A sync of one ring takes what its program released, shows it what netmap has for it, and reaches the ring's peers. */
function sync(rings: Rings, ring: ToldRing): Rings {
  const released = between(ring.hwcur, ring.head, ring.slots);
  const passed = slotsFrom(ring, ring.hwcur, released);
  const synced = taken(ring, released);
  if (ring.link?.kind === 'switch') return forward(replace(rings, emptied(synced)), ring.link.to, passed);
  const all = replace(rings, synced);
  return ring.link ? replace(all, handedOver(find(all, ring.link.peer), ring, passed)) : all;
}

/** Netmap takes what was released, forgets that buffers were changed, and shows what it has. */
function taken(ring: ToldRing, released: number): ToldRing {
  const slots = slotsOf(ring);
  for (let n = 0; n < released; n++) {
    const at = (ring.hwcur + n) % ring.slots;
    const slot = slots[at];
    if (slot) slots[at] = { ...slot, flags: slot.flags & ~BUF_CHANGED };
  }
  return { ...withSlots(ring, slots), hwcur: ring.head, tail: ring.hwtail, syncs: ring.syncs + 1 };
}

/** The other end of a pipe has slots of its own: numbers, lengths and flags are written into them, and no bytes. */
function handedOver(peer: ToldRing, from: RingLook, passed: readonly Slot[]): ToldRing {
  if (passed.length === 0) return peer;
  const slots = slotsOf(peer);
  for (const [n, slot] of passed.entries()) slots[(from.hwcur + n) % peer.slots] = slot;
  const hwtail = peer.dir === 'rx' ? from.head : (from.head + peer.slots - 1) % peer.slots;
  const packets = peer.packets + (peer.dir === 'rx' ? passed.length : 0);
  return { ...withSlots(peer, slots), hwtail, packets };
}

/** A switch has copied everything when a sender's sync returns. */
function emptied(ring: ToldRing): ToldRing {
  const last = (ring.head + ring.slots - 1) % ring.slots;
  return { ...ring, hwtail: last, tail: last };
}

function forward(rings: Rings, to: readonly string[], packets: readonly Slot[]): Rings {
  const lengths = packets.map(({ length }) => length);
  return to.reduce((all, id) => replace(all, arrive(find(all, id), lengths)), rings);
}

/** Of a tx ring `hwtail` is the last slot that the program may have after its next sync. */
function send(ring: ToldRing, packets: number): ToldRing {
  const last = (ring.hwcur + ring.slots - 1) % ring.slots;
  const hwtail = within(wanted(ring, 'tx'), ring.hwtail, packets, last);
  return { ...ring, hwtail, packets: ring.packets + packets };
}

function release(ring: ToldRing, packets: number): ToldRing {
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

export function find(rings: Rings, id: string): ToldRing {
  const ring = rings.find((each) => ringId(each) === id);
  if (!ring) throw new Error(`There is no ring ${id} in this figure.`);
  return ring;
}

export const replace = (rings: Rings, ring: ToldRing): Rings =>
  rings.map((each) => (ringId(each) === ringId(ring) ? ring : each));

/** What is tied to other rings gets nothing from elsewhere. */
function onWire(ring: ToldRing): ToldRing {
  if (ring.link) throw new Error(`${ringId(ring)} is tied to other rings: a sync moves its packets.`);
  return ring;
}

export function wanted(ring: ToldRing, dir: 'tx' | 'rx'): ToldRing {
  if (ring.dir !== dir) throw new Error(`${ringId(ring)} is no ${dir} ring.`);
  return ring;
}

const between = (from: number, to: number, slots: number) => (((to - from) % slots) + slots) % slots;

/** `from` moved on by `by`, which must not pass `limit`. */
function within(ring: ToldRing, from: number, by: number, limit: number): number {
  if (by > between(from, limit, ring.slots))
    throw new Error(`${ringId(ring)} cannot go on by ${by} from slot ${from}: its limit is slot ${limit}.`);
  return (from + by) % ring.slots;
}

function fillSlots(ring: ToldRing, from: number, count: number, length: number): ToldRing {
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

function slotsFrom(ring: ToldRing, from: number, count: number): Slot[] {
  const slots = slotsOf(ring);
  return Array.from({ length: count }, (_, n) => slots[(from + n) % ring.slots]).filter(
    (slot) => slot !== undefined,
  );
}

const withSlots = (ring: ToldRing, slots: readonly Slot[]): ToldRing => ({
  ...ring,
  runs: slots.map(({ buffer, length, flags }) => [1, buffer, length, flags]),
});
