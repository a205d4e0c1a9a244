// SPDX-License-Identifier: BSD-2-Clause

import { Duplex, type Readable, type Writable } from 'node:stream';
import { sandboxEnded } from './dial.ts';

/** Frames between the server and `ringlab-agent carry`. `native/carry.h` draws them and is the other end. */
const Kind = { open: 1, data: 2, credit: 3, close: 4 } as const;
const HEADER_BYTES = 9;
const MOST_BODY_BYTES = 64 * 1024;
const WINDOW_BYTES = 256 * 1024;
const PIECE_BYTES = 32 * 1024;

export interface CarrierStreams {
  /** `carry`'s stdout. */
  readonly from: Readable;
  /** Its stdin. */
  readonly to: Writable;
}

/** Many streams to an agent over one pair: its `open` is the sandbox's Dial. Each holds only itself back. */
export class Carrier implements Disposable {
  readonly #streams: CarrierStreams;
  readonly #channels = new Map<number, Channel>();
  #opened = 0;
  #over = false;
  #pending: Buffer = Buffer.alloc(0);

  /** `onEnd` is called once, when nothing can be carried any more. */
  constructor(streams: CarrierStreams, onEnd: () => void) {
    this.#streams = streams;
    streams.from.on('data', (chunk: Buffer) => this.#read(chunk));
    for (const stream of [streams.from, streams.to]) {
      stream.on('error', () => this.#end(onEnd));
      stream.on('close', () => this.#end(onEnd));
    }
    streams.from.on('end', () => this.#end(onEnd));
  }

  /** Rejects with SandboxError when the sandbox is gone; one that the agent does not take is closed at once. */
  async open(): Promise<Duplex> {
    if (this.#over) throw sandboxEnded();
    this.#opened += 1;
    const number = this.#opened;
    const channel = new Channel({
      data: (bytes) => this.#send(number, Kind.data, bytes),
      credit: (bytes) => this.#send(number, Kind.credit, u32(bytes)),
      close: () => this.#close(number),
    });
    this.#channels.set(number, channel);
    this.#send(number, Kind.open);
    return channel;
  }

  /** Ends `carry`, and so every channel. */
  [Symbol.dispose](): void {
    this.#streams.to.destroy();
    this.#streams.from.destroy();
  }

  #close(number: number): void {
    if (this.#channels.delete(number)) this.#send(number, Kind.close);
  }

  #send(number: number, kind: number, body: Uint8Array = new Uint8Array()): void {
    if (this.#over || this.#streams.to.destroyed) return;
    const frame = Buffer.allocUnsafe(HEADER_BYTES + body.byteLength);
    frame.writeUInt32LE(number, 0);
    frame.writeUInt8(kind, 4);
    frame.writeUInt32LE(body.byteLength, 5);
    frame.set(body, HEADER_BYTES);
    this.#streams.to.write(frame);
  }

  /** What comes from a sandbox is not trusted: a frame that is too long is nonsense, and ends everything. */
  #read(chunk: Buffer): void {
    let rest = this.#pending.byteLength > 0 ? Buffer.concat([this.#pending, chunk]) : chunk;
    while (rest.byteLength >= HEADER_BYTES) {
      const length = rest.readUInt32LE(5);
      if (length > MOST_BODY_BYTES) {
        this[Symbol.dispose]();
        return;
      }
      const end = HEADER_BYTES + length;
      if (rest.byteLength < end) break;
      this.#receive(rest.readUInt32LE(0), rest.readUInt8(4), rest.subarray(HEADER_BYTES, end));
      rest = rest.subarray(end);
    }
    this.#pending = rest;
  }

  #receive(number: number, kind: number, body: Buffer): void {
    const channel = this.#channels.get(number);
    if (channel === undefined) return;
    if (kind === Kind.data && !channel.receive(body)) this[Symbol.dispose]();
    else if (kind === Kind.credit && body.byteLength === 4) channel.addCredit(body.readUInt32LE(0));
    else if (kind === Kind.close) {
      this.#channels.delete(number);
      channel.finish();
    }
  }

  #end(onEnd: () => void): void {
    if (this.#over) return;
    this.#over = true;
    const channels = [...this.#channels.values()];
    this.#channels.clear();
    for (const channel of channels) channel.finish();
    onEnd();
  }
}

/** What a channel says to the other end. */
interface ChannelWire {
  data(bytes: Uint8Array): void;
  credit(bytes: number): void;
  close(): void;
}

class Channel extends Duplex {
  readonly #wire: ChannelWire;
  /** What the other end still takes. */
  #credit = WINDOW_BYTES;
  /** What came since the other end was last told that it may send more. */
  #uncredited = 0;
  #waiting: { rest: Buffer; done: () => void } | undefined;

  constructor(wire: ChannelWire) {
    super({ allowHalfOpen: false, readableHighWaterMark: MOST_BODY_BYTES, decodeStrings: true });
    this.#wire = wire;
  }

  /** False for more than was allowed. */
  receive(bytes: Buffer): boolean {
    this.#uncredited += bytes.byteLength;
    if (this.#uncredited > WINDOW_BYTES) return false;
    // A body is a view of whatever it came in; what waits long must not keep all of that.
    if (this.push(Buffer.from(bytes))) this.#giveCredit();
    return true;
  }

  addCredit(bytes: number): void {
    this.#credit += bytes;
    this.#pass();
  }

  /** What came before is still read, and then it is closed. */
  finish(): void {
    this.once('end', () => this.destroy());
    this.push(null);
  }

  override _read(): void {
    this.#giveCredit();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#waiting = { rest: chunk, done };
    this.#pass();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#wire.close();
    this.#waiting = undefined;
    done(error);
  }

  #giveCredit(): void {
    if (this.#uncredited < WINDOW_BYTES / 4) return;
    this.#wire.credit(this.#uncredited);
    this.#uncredited = 0;
  }

  #pass(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    while (waiting.rest.byteLength > 0 && this.#credit > 0) {
      const piece = waiting.rest.subarray(0, Math.min(PIECE_BYTES, this.#credit));
      this.#wire.data(piece);
      this.#credit -= piece.byteLength;
      waiting.rest = waiting.rest.subarray(piece.byteLength);
    }
    if (waiting.rest.byteLength > 0) return;
    this.#waiting = undefined;
    waiting.done();
  }
}

function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}
