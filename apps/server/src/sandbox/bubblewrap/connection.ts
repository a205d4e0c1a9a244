// SPDX-License-Identifier: BSD-2-Clause

import { connect as connectSocket, type Socket } from 'node:net';
import { SandboxError } from '@ringlab/labkit';
import { encodeFrame, type Frame, FrameDecoder } from './wire.ts';

/** One connection to the agent in a sandbox, in frames. */
export class Connection implements Disposable {
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder();
  readonly #onFrame: (frame: Frame) => void;
  readonly #onClose: () => void;

  private constructor(socket: Socket, onFrame: (frame: Frame) => void, onClose: () => void) {
    this.#socket = socket;
    this.#onFrame = onFrame;
    this.#onClose = onClose;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.#onClose());
  }

  /** Rejects with SandboxError when nobody listens there. `onClose` is called once, after the last frame. */
  static async open(path: string, onFrame: (frame: Frame) => void, onClose: () => void): Promise<Connection> {
    const socket = connectSocket({ path });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', () =>
        reject(new SandboxError('The sandbox has ended; run again to get a new one.')),
      );
    });
    return new Connection(socket, onFrame, onClose);
  }

  send(kind: number, body?: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeFrame(kind, body));
  }

  /** What the agent has not taken yet. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Stops reading, and so in the end the program that writes. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#decoder.push(chunk)) this.#onFrame(frame);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#socket.destroy();
    }
  }
}
