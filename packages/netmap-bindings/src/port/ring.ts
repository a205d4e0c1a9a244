// SPDX-License-Identifier: BSD-2-Clause
import { DEVICE_STRUCTURES, decodeStructure, NETMAP } from '@ringlab/netmap-bindings/layout';
import { Slot } from './slot.ts';

const { netmap_ring: RING, netmap_slot: SLOT } = DEVICE_STRUCTURES;
const wordOf = (field: 'head' | 'cur' | 'tail' | 'flags') => RING.fields[field][1] / 4;
const HEAD = wordOf('head');
const CUR = wordOf('cur');
const TAIL = wordOf('tail');
const FLAGS = wordOf('flags');
const SLOT_WORDS = SLOT.bytes / 4;
const SLOT_HALVES = SLOT.bytes / 2;
const LENGTH_HALF = SLOT.fields.len[1] / 2;
const FLAGS_HALF = SLOT.fields.flags[1] / 2;

const MOST_SLOTS = 65536;
const MOST_BUFFER_BYTES = 65536;

/** What a ring is made of cannot be true: another program has written over it. */
export class ImpossibleRing extends RangeError {}

/**
 * One ring of a port. `head`, `cur` and `tail` are netmap's memory itself, with netmap's rules: what lies from `head`
 * up to `tail` is this program's, `head` gives slots back, `cur` is where to wake up.
 *
 * Geometry is read and checked once, when the port is opened, because other programs may write to the same memory; and
 * every index that is read from there later is checked before it leads anywhere.
 */
export class Ring {
  readonly direction: 'tx' | 'rx';
  /** netmap's number of it; host rings come after the others. */
  readonly index: number;
  readonly slotCount: number;
  readonly bufferBytes: number;
  /** Buffers that slots can name are numbered below this. */
  readonly bufferCount: number;
  readonly #memory: ArrayBuffer;
  readonly #at: number;
  readonly #buffersAt: number;
  readonly #words: Uint32Array;
  readonly #slotWords: Uint32Array;
  readonly #slotHalves: Uint16Array;
  readonly #slots: Slot[] = [];

  /** Throws ImpossibleRing. */
  constructor(memory: ArrayBuffer, at: number, direction: 'tx' | 'rx', index: number) {
    if (at % 8 !== 0 || at < 0 || at + RING.bytes > memory.byteLength)
      throw new ImpossibleRing(`There can be no ring at ${at}.`);
    const header = decodeStructure(RING, new Uint8Array(memory, at, RING.bytes));
    this.direction = direction;
    this.index = index;
    this.slotCount = checked('slots', header.num_slots, 1, MOST_SLOTS);
    this.bufferBytes = checked('bytes a buffer', header.nr_buf_size, 64, MOST_BUFFER_BYTES);
    checked('bytes', at + RING.bytes + this.slotCount * SLOT.bytes, 0, memory.byteLength);
    this.#buffersAt = checked('offset', at + Number(header.buf_ofs), 0, memory.byteLength);
    this.bufferCount = Math.floor((memory.byteLength - this.#buffersAt) / this.bufferBytes);
    this.#memory = memory;
    this.#at = at;
    this.#words = new Uint32Array(memory, at, RING.bytes / 4);
    this.#slotWords = new Uint32Array(memory, at + RING.bytes, this.slotCount * SLOT_WORDS);
    this.#slotHalves = new Uint16Array(memory, at + RING.bytes, this.slotCount * SLOT_HALVES);
  }

  get head(): number {
    return this.#words[HEAD] ?? 0;
  }
  set head(index: number) {
    this.#words[HEAD] = index;
  }
  get cur(): number {
    return this.#words[CUR] ?? 0;
  }
  set cur(index: number) {
    this.#words[CUR] = index;
  }
  /** netmap's: it moves in syncs and polls only. */
  get tail(): number {
    return this.#words[TAIL] ?? 0;
  }
  /** NR_ bits. */
  get flags(): number {
    return this.#words[FLAGS] ?? 0;
  }
  set flags(bits: number) {
    this.#words[FLAGS] = bits;
  }
  /** When frames last came in, as far as netmap was asked to note it. */
  get timestamp(): { readonly seconds: bigint; readonly microseconds: bigint } {
    const { ts } = decodeStructure(RING, new Uint8Array(this.#memory, this.#at, RING.bytes));
    return ts;
  }

  /** Slots from `head` to `tail`, wherever `cur` is; 0 where another program made nonsense of them. */
  get space(): number {
    return this.distance(this.head, this.tail);
  }
  get isEmpty(): boolean {
    return this.head === this.tail;
  }
  /** Sent, and netmap still has it. */
  get isPending(): boolean {
    return this.next(this.tail) !== this.head;
  }

  next(index: number): number {
    return index + 1 >= this.slotCount ? 0 : index + 1;
  }

  /** Slots from one index up to another; 0 if either is none. */
  distance(from: number, to: number): number {
    if (from >= this.slotCount || to >= this.slotCount) return 0;
    return to >= from ? to - from : to - from + this.slotCount;
  }

  slot(index: number): Slot {
    if (!(index >= 0 && index < this.slotCount)) throw new RangeError(`There is no slot ${index}.`);
    let slot = this.#slots[index];
    if (slot === undefined) {
      slot = new Slot(this, this.#slotWords, this.#slotHalves, index);
      this.#slots[index] = slot;
    }
    return slot;
  }

  /** A view of a whole buffer; empty if there is none of that number. */
  buffer(bufferIndex: number): Uint8Array<ArrayBuffer> {
    return this.view(bufferIndex, this.bufferBytes);
  }

  /** A view of the beginning of a buffer: no copy, and good until the port is closed. */
  view(bufferIndex: number, bytes: number): Uint8Array<ArrayBuffer> {
    if (bufferIndex >= this.bufferCount || this.#memory.byteLength === 0) return new Uint8Array(0);
    const length = Math.min(bytes, this.bufferBytes);
    return new Uint8Array(this.#memory, this.#buffersAt + bufferIndex * this.bufferBytes, length);
  }

  /** The same as `slot(index).bytes`, for loops over many. */
  bytesAt(index: number): Uint8Array<ArrayBuffer> {
    return this.view(
      this.#slotWords[index * SLOT_WORDS] ?? 0,
      this.#slotHalves[index * SLOT_HALVES + LENGTH_HALF] ?? 0,
    );
  }

  /** True if the packet goes on in the next slot. */
  continuesAt(index: number): boolean {
    return ((this.#slotHalves[index * SLOT_HALVES + FLAGS_HALF] ?? 0) & NETMAP.NS_MOREFRAG) !== 0;
  }

  /** Copies into the buffer of a slot, if it has one, and sets its length and flags. */
  fill(index: number, bytes: Uint8Array, flags: number): void {
    const buffer = this.buffer(this.#slotWords[index * SLOT_WORDS] ?? 0);
    if (buffer.byteLength >= bytes.byteLength) buffer.set(bytes);
    this.#slotHalves[index * SLOT_HALVES + LENGTH_HALF] = bytes.byteLength;
    this.#slotHalves[index * SLOT_HALVES + FLAGS_HALF] = flags;
  }
}

function checked(what: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new ImpossibleRing(`A ring cannot have ${value} as its number of ${what}.`);
}
