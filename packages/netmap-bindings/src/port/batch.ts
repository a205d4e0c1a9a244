// SPDX-License-Identifier: BSD-2-Clause
import type { Ring } from './ring.ts';

/** A part of a batch: so many slots of one ring. */
export interface Stretch {
  readonly ring: Ring;
  readonly from: number;
  readonly slotCount: number;
}

/**
 * What had arrived when the loop asked. Iterating gives packets, each a view of netmap's memory and no copy, except
 * those of several slots, which are put together. The slots go back to netmap when the next batch is asked for: what
 * must live longer is copied (`frame.slice()`).
 */
export class Batch implements Iterable<Uint8Array<ArrayBuffer>> {
  readonly stretches: readonly Stretch[];
  readonly slotCount: number;

  constructor(stretches: readonly Stretch[]) {
    this.stretches = stretches;
    this.slotCount = stretches.reduce((sum, stretch) => sum + stretch.slotCount, 0);
  }

  [Symbol.iterator](): Iterator<Uint8Array<ArrayBuffer>, undefined> {
    return new Packets(this.stretches);
  }

  /** Copies that outlive the batch. */
  copies(): Uint8Array<ArrayBuffer>[] {
    return Array.from(this, (packet) => packet.slice());
  }
}

/** Not a generator: this runs once a packet. */
class Packets implements Iterator<Uint8Array<ArrayBuffer>, undefined> {
  readonly #stretches: readonly Stretch[];
  #turn = 0;
  #at = 0;
  #left = 0;
  #ring: Ring | undefined;

  constructor(stretches: readonly Stretch[]) {
    this.#stretches = stretches;
  }

  next(): IteratorResult<Uint8Array<ArrayBuffer>, undefined> {
    const ring = this.#left > 0 ? this.#ring : this.#turnPage();
    if (ring === undefined) return { done: true, value: undefined };
    const at = this.#step(ring);
    return { done: false, value: ring.continuesAt(at) ? this.#joined(ring, at) : ring.bytesAt(at) };
  }

  #turnPage(): Ring | undefined {
    const stretch = this.#stretches[this.#turn++];
    if (stretch === undefined) return undefined;
    this.#at = stretch.from;
    this.#left = stretch.slotCount;
    this.#ring = stretch.ring;
    return stretch.ring;
  }

  #step(ring: Ring): number {
    const at = this.#at;
    this.#at = ring.next(at);
    this.#left--;
    return at;
  }

  #joined(ring: Ring, first: number): Uint8Array<ArrayBuffer> {
    const pieces = [ring.bytesAt(first)];
    for (let at = first; ring.continuesAt(at) && this.#left > 0; ) {
      at = this.#step(ring);
      pieces.push(ring.bytesAt(at));
    }
    return new Uint8Array(Buffer.concat(pieces));
  }
}
