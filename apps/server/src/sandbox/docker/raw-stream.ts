// SPDX-License-Identifier: BSD-2-Clause

import { type Duplex, Transform, type TransformCallback } from 'node:stream';

/**
 * What a program without a terminal prints comes in frames: which stream (1 stdout, 2 stderr), three zeros, the length
 * as 32 bits big endian. Source: Docker Engine API, "Attach to a container".
 */
const HEADER_BYTES = 8;
const STDERR = 2;
const MOST_ERROR_BYTES = 4096;

/** The stdout out of such frames; what came on stderr is kept for who asks. */
export class StdoutOnly extends Transform {
  #rest: Buffer = Buffer.alloc(0);
  #errors = '';

  static of(stream: Duplex): StdoutOnly {
    const stdout = new StdoutOnly();
    stream.pipe(stdout);
    stream.on('error', () => stdout.destroy());
    stream.on('close', () => stdout.end());
    return stdout;
  }

  get errors(): string {
    return this.#errors.trim();
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    let rest = this.#rest.byteLength > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    while (rest.byteLength >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt32BE(4);
      if (rest.byteLength < end) break;
      this.#take(rest.readUInt8(0), rest.subarray(HEADER_BYTES, end));
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    done();
  }

  #take(stream: number, bytes: Buffer): void {
    if (stream === STDERR) this.#errors = (this.#errors + bytes.toString()).slice(0, MOST_ERROR_BYTES);
    else this.push(bytes);
  }
}
