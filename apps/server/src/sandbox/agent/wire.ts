// SPDX-License-Identifier: BSD-2-Clause
/** Frames between the server and the agent in a sandbox. `native/wire.h` draws them and is the other end. */
export const Kind = {
  kill: 1,
  usage: 2,
  cpu: 3,
  ready: 5,
  limit: 6,
  exec: 16,
  input: 17,
  inputEnd: 18,
  resize: 19,
  started: 20,
  output: 21,
  errors: 22,
  exited: 23,
  put: 32,
  get: 33,
  remove: 34,
  done: 35,
  missing: 36,
  failed: 37,
} as const;

const HEADER_BYTES = 5;
/** What comes from a sandbox is not trusted: a longer frame is nonsense, and ends the connection. */
const MAX_BODY_BYTES = 17 * 1024 * 1024;

export interface Frame {
  readonly kind: number;
  readonly body: Buffer;
}

export function encodeFrame(kind: number, body: Uint8Array = new Uint8Array()): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.byteLength);
  frame.writeUInt32LE(body.byteLength, 0);
  frame.writeUInt8(kind, 4);
  frame.set(body, HEADER_BYTES);
  return frame;
}

export function u32s(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, i * 4);
  return bytes;
}

/** Cuts a stream into frames. A body is a view of what was pushed wherever one chunk held all of it. */
export class FrameDecoder {
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** Throws RangeError for a frame that is too long. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    const frames: Frame[] = [];
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take(): Frame | undefined {
    if (this.#bytes < HEADER_BYTES) return undefined;
    const head = this.#atLeast(HEADER_BYTES);
    const length = head.readUInt32LE(0);
    if (length > MAX_BODY_BYTES) throw new RangeError(`a frame of ${length} bytes`);
    if (this.#bytes < HEADER_BYTES + length) return undefined;
    const whole = this.#atLeast(HEADER_BYTES + length);
    this.#chunks[0] = whole.subarray(HEADER_BYTES + length);
    this.#bytes -= HEADER_BYTES + length;
    return { kind: whole.readUInt8(4), body: whole.subarray(HEADER_BYTES, HEADER_BYTES + length) };
  }

  /** The first chunk, grown so that it holds that many bytes. */
  #atLeast(bytes: number): Buffer {
    const first = this.#chunks[0] ?? Buffer.alloc(0);
    if (first.byteLength >= bytes) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
