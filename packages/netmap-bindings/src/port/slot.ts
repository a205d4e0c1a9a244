// SPDX-License-Identifier: BSD-2-Clause

/** The buffers that a slot's index chooses from; both are empty where there is none of that number. */
interface Buffers {
  buffer(bufferIndex: number): Uint8Array<ArrayBuffer>;
  view(bufferIndex: number, bytes: number): Uint8Array<ArrayBuffer>;
}

const WORDS = 4;
const HALVES = 8;

/** One slot of a ring. Its fields are netmap's memory itself: reading and writing them is all that happens. */
export class Slot {
  readonly #buffers: Buffers;
  readonly #words: Uint32Array;
  readonly #halves: Uint16Array;
  readonly #index: number;

  constructor(buffers: Buffers, words: Uint32Array, halves: Uint16Array, index: number) {
    this.#buffers = buffers;
    this.#words = words;
    this.#halves = halves;
    this.#index = index;
  }

  get bufferIndex(): number {
    return this.#words[this.#index * WORDS] ?? 0;
  }
  /** Putting another buffer in asks for NS_BUF_CHANGED in `flags`. */
  set bufferIndex(value: number) {
    this.#words[this.#index * WORDS] = value;
  }

  get length(): number {
    return this.#halves[this.#index * HALVES + 2] ?? 0;
  }
  set length(bytes: number) {
    this.#halves[this.#index * HALVES + 2] = bytes;
  }

  /** NS_ bits. */
  get flags(): number {
    return this.#halves[this.#index * HALVES + 3] ?? 0;
  }
  set flags(bits: number) {
    this.#halves[this.#index * HALVES + 3] = bits;
  }

  /** The whole buffer; empty if the slot names one that does not exist. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#buffers.buffer(this.bufferIndex);
  }

  /** The buffer as far as `length` says. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffers.view(this.bufferIndex, this.length);
  }
}
