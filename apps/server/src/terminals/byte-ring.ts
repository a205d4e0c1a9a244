// SPDX-License-Identifier: BSD-2-Clause

const FIRST_BYTES = 16 * 1024;

/**
 * The latest bytes of an endless stream, addressed by their offset in it.
 *
 *     0 . . . . . . . . start ############## end
 *     (forgotten)             (kept here)
 *
 * Memory grows by doubling up to `capacityBytes`; most terminals never print that much.
 */
export class ByteRing {
  readonly capacityBytes: number;
  #bytes: Buffer;
  #end = 0;
  #start = 0;

  constructor(capacityBytes: number) {
    this.capacityBytes = capacityBytes;
    this.#bytes = Buffer.allocUnsafe(Math.min(FIRST_BYTES, capacityBytes));
  }

  /** Offset of the oldest byte still here. */
  get start(): number {
    return this.#start;
  }

  /** How many bytes the stream had so far. */
  get end(): number {
    return this.#end;
  }

  append(chunk: Uint8Array): void {
    this.#grow(this.#end - this.#start + chunk.length);
    const size = this.#bytes.length;
    const kept = chunk.length > size ? chunk.subarray(chunk.length - size) : chunk;
    const at = (this.#end + chunk.length - kept.length) % size;
    const first = Math.min(kept.length, size - at);
    this.#bytes.set(kept.subarray(0, first), at);
    this.#bytes.set(kept.subarray(first), 0);
    this.#end += chunk.length;
    this.#start = Math.max(this.#start, this.#end - size);
  }

  /** Copies the bytes from offset `from` up to `to` into `target`; both must be here. */
  copy(target: Uint8Array, targetStart: number, from: number, to: number): void {
    const size = this.#bytes.length;
    const at = from % size;
    const first = Math.min(to - from, size - at);
    target.set(this.#bytes.subarray(at, at + first), targetStart);
    target.set(this.#bytes.subarray(0, to - from - first), targetStart + first);
  }

  slice(from: number, to: number): Buffer {
    const slice = Buffer.allocUnsafe(to - from);
    this.copy(slice, 0, from, to);
    return slice;
  }

  #grow(neededBytes: number): void {
    const size = this.#bytes.length;
    if (neededBytes <= size || size === this.capacityBytes) return;
    let grown = size;
    while (grown < neededBytes && grown < this.capacityBytes) grown = Math.min(grown * 2, this.capacityBytes);
    const bytes = Buffer.allocUnsafe(grown);
    // Every kept byte moves to where its offset stands in the larger buffer.
    for (let offset = this.#start; offset < this.#end; ) {
      const run = Math.min(this.#end - offset, size - (offset % size), grown - (offset % grown));
      bytes.set(this.#bytes.subarray(offset % size, (offset % size) + run), offset % grown);
      offset += run;
    }
    this.#bytes = bytes;
  }
}
