// SPDX-License-Identifier: BSD-2-Clause

import type { Duplex } from 'node:stream';
import type { Dial } from './dial.ts';
import { encodeFrame, type Frame, FrameDecoder } from './wire.ts';

/** One connection to the agent in a sandbox, in frames. */
export class Connection implements Disposable {
  readonly #stream: Duplex;
  readonly #decoder = new FrameDecoder();
  readonly #onFrame: (frame: Frame) => void;
  readonly #onClose: () => void;

  private constructor(stream: Duplex, onFrame: (frame: Frame) => void, onClose: () => void) {
    this.#stream = stream;
    this.#onFrame = onFrame;
    this.#onClose = onClose;
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('error', () => {});
    stream.on('close', () => this.#onClose());
  }

  /** Rejects with SandboxError when nobody answers. `onClose` is called once, after the last frame. */
  static async open(dial: Dial, onFrame: (frame: Frame) => void, onClose: () => void): Promise<Connection> {
    return new Connection(await dial(), onFrame, onClose);
  }

  send(kind: number, body?: Uint8Array): void {
    if (!this.#stream.destroyed) this.#stream.write(encodeFrame(kind, body));
  }

  /** What the agent has not taken yet. */
  get unsentBytes(): number {
    return this.#stream.writableLength;
  }

  /** Stops reading, and so in the end the program that writes. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  [Symbol.dispose](): void {
    this.#stream.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#decoder.push(chunk)) this.#onFrame(frame);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#stream.destroy();
    }
  }
}
