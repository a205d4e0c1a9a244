// SPDX-License-Identifier: BSD-2-Clause

const SECTION = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
/** Type, length, and the length once more behind the body. */
const FRAME_BYTES = 12;
const END_OF_OPTIONS = 0;

/** One block of a pcapng file. Reading beyond the end of its body gives 0. */
export class Block {
  readonly type: number;
  readonly body: Uint8Array;
  readonly isLittle: boolean;
  readonly #view: DataView;

  constructor(type: number, body: Uint8Array, isLittle: boolean) {
    this.type = type;
    this.body = body;
    this.isLittle = isLittle;
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  }

  u16(at: number): number {
    return at + 2 <= this.body.byteLength ? this.#view.getUint16(at, this.isLittle) : 0;
  }

  u32(at: number): number {
    return at + 4 <= this.body.byteLength ? this.#view.getUint32(at, this.isLittle) : 0;
  }

  /** The options from there on, by their codes; the first of each. */
  options(at: number): ReadonlyMap<number, Uint8Array> {
    const found = new Map<number, Uint8Array>();
    for (let next = at; next + 4 <= this.body.byteLength; ) {
      const code = this.u16(next);
      const length = this.u16(next + 2);
      if (code === END_OF_OPTIONS) break;
      if (!found.has(code)) found.set(code, this.body.subarray(next + 4, next + 4 + length));
      next += 4 + padded(length);
    }
    return found;
  }
}

function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}

/** Never throws: what is no block ends it, and so does the end of the file inside one. */
export function readBlocks(file: Uint8Array): {
  readonly blocks: readonly Block[];
  readonly truncated: boolean;
} {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const blocks: Block[] = [];
  let isLittle = true;
  let at = 0;
  while (at < file.byteLength) {
    const order = byteOrderAt(view, at, isLittle);
    const length = order === undefined ? 0 : view.getUint32(at + 4, order);
    if (order === undefined || length < FRAME_BYTES || length % 4 !== 0 || at + length > file.byteLength)
      return { blocks, truncated: true };
    isLittle = order;
    blocks.push(new Block(view.getUint32(at, order), file.subarray(at + 8, at + length - 4), order));
    at += length;
  }
  return { blocks, truncated: false };
}

/** A section says its own order: its type reads the same both ways. Undefined if there is no room for a block. */
function byteOrderAt(view: DataView, at: number, isLittle: boolean): boolean | undefined {
  if (at + FRAME_BYTES > view.byteLength) return undefined;
  if (view.getUint32(at, true) !== SECTION) return isLittle;
  for (const order of [true, false]) if (view.getUint32(at + 8, order) === BYTE_ORDER) return order;
  return undefined;
}

/** A little-endian block, padded as it must be. */
export function blockBytes(
  type: number,
  body: Uint8Array,
  options: readonly (readonly [code: number, value: Uint8Array])[] = [],
): Uint8Array {
  const optionBytes = options.reduce((sum, [, value]) => sum + 4 + padded(value.byteLength), 0);
  const end = options.length === 0 ? 0 : optionBytes + 4;
  const length = FRAME_BYTES + padded(body.byteLength) + end;
  const block = new Uint8Array(length);
  const view = new DataView(block.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  block.set(body, 8);
  let at = 8 + padded(body.byteLength);
  for (const [code, value] of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.byteLength, true);
    block.set(value, at + 4);
    at += 4 + padded(value.byteLength);
  }
  view.setUint32(length - 4, length, true);
  return block;
}
