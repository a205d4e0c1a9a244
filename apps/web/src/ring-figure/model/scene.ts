// SPDX-License-Identifier: BSD-2-Clause
import type { RingHold, RingsLook } from '@ringlab/protocol';
import { type RingView, ringView } from './ring-view.ts';

export interface Place {
  readonly ring: string;
  readonly slot: number;
}

/** A buffer that was in one slot and is in another now. */
export interface Travel {
  readonly buffer: number;
  readonly from: Place;
  readonly to: Place;
}

/** What is drawn at one moment, and what moved since the moment before. */
export interface Scene {
  readonly rings: readonly RingView[];
  readonly travels: readonly Travel[];
  readonly hold: RingHold | undefined;
}

export const EMPTY_SCENE: Scene = { rings: [], travels: [], hold: undefined };

/** More at once are a blur: of many buffers so many travel, a stream that stands for all of them. */
export const MOST_TRAVELS = 24;

/** The scene after `before`, when rings look like this now. */
export function nextScene(before: Scene, look: Pick<RingsLook, 'rings' | 'hold'>): Scene {
  const rings = look.rings.map(ringView);
  return { rings, travels: travelsBetween(before.rings, rings), hold: look.hold };
}

/**
 * Buffers that changed their slot, of rings that are in both. A buffer number means one buffer only within one memory;
 * a ring that was opened anew in between has other buffers, and nothing of it traveled.
 */
export function travelsBetween(before: readonly RingView[], now: readonly RingView[]): Travel[] {
  const left = new Map<string, Place>();
  const arrived: { readonly key: string; readonly buffer: number; readonly to: Place }[] = [];
  for (const ring of now) {
    const old = before.find(({ id }) => id === ring.id);
    if (old === undefined || !isSameRing(old, ring)) continue;
    for (let slot = 0; slot < ring.slots; slot++) {
      const [was, is] = [old.buffers[slot] ?? 0, ring.buffers[slot] ?? 0];
      if (was === is) continue;
      left.set(`${ring.memoryId}/${was}`, { ring: ring.id, slot });
      arrived.push({ key: `${ring.memoryId}/${is}`, buffer: is, to: { ring: ring.id, slot } });
    }
  }
  const travels = arrived.flatMap(({ key, buffer, to }) => {
    const from = left.get(key);
    return from ? [{ buffer, from, to }] : [];
  });
  return evenly(travels, MOST_TRAVELS);
}

function evenly<Item>(items: readonly Item[], most: number): Item[] {
  const every = Math.max(1, items.length / most);
  return items.filter((_, index) => Math.floor(index / every) > Math.floor((index - 1) / every));
}

/** Syncs only grow while a ring is the same one. */
function isSameRing(old: RingView, now: RingView): boolean {
  return old.slots === now.slots && old.memoryId === now.memoryId && old.syncs <= now.syncs;
}
