// SPDX-License-Identifier: BSD-2-Clause
import { encodeFrame } from '@ringlab/protocol';
import type { ByteRing } from './byte-ring.ts';
import type { Screen } from './screen.ts';

/** Bytes that may be on their way to a tab, or waiting there to be drawn. */
const WINDOW_BYTES = 512 * 1024;
/** Unsent bytes beyond which this reader alone would hold up the program. */
const BACKLOG_BYTES = 256 * 1024;
const FRAME_BYTES = 64 * 1024;
/** Output that follows other output this closely is gathered; what comes after a pause goes out at once. */
const GATHER_MS = 4;
const GATHER_BYTES = 32 * 1024;
/** A tab that drew nothing for this long, though it has something to draw, sleeps; programs do not wait for it. */
const ASLEEP_AFTER_MS = 3000;

export type SendFrame = (frame: Uint8Array) => void;

export interface ReaderSource {
  readonly terminalId: number;
  readonly ring: ByteRing;
  readonly screen: Screen;
  /** Runs `work` while no output comes in. */
  whileHeld<T>(work: () => Promise<T>): Promise<T>;
}

/** One tab that reads one terminal: how far it was sent, how far it has drawn, what goes next. */
export class Reader implements Disposable {
  readonly #source: ReaderSource;
  readonly #send: SendFrame;
  #sent: number;
  #drawn: number;
  #progressAtMs = performance.now();
  #sentAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #drawing = false;
  #gone = false;

  constructor(source: ReaderSource, send: SendFrame, offset: number) {
    this.#source = source;
    this.#send = send;
    // An offset beyond the end is of another stream: that tab starts over.
    this.#sent = offset > source.ring.end ? 0 : offset;
    this.#drawn = this.#sent;
    this.offer();
  }

  /** Behind by so much that the program should wait, as far as this tab is concerned. */
  get isBehind(): boolean {
    return this.#source.ring.end - this.#sent > BACKLOG_BYTES;
  }

  get isAsleep(): boolean {
    return this.#roomBytes <= 0 && performance.now() - this.#progressAtMs > ASLEEP_AFTER_MS;
  }

  /** Everything before it was sent to the tab. */
  get sentOffset(): number {
    return this.#sent;
  }

  /** The tab has drawn everything before `offset`. */
  drawn(offset: number): void {
    if (offset <= this.#drawn || offset > this.#sent) return;
    this.#drawn = offset;
    this.#progressAtMs = performance.now();
    this.offer();
  }

  /** Sends what the tab has room for: now if it was quiet, otherwise gathered for a moment. */
  offer(): void {
    if (this.#gone || this.#drawing || this.#timer) return;
    const unsentBytes = this.#source.ring.end - this.#sent;
    if (unsentBytes === 0 || this.#roomBytes <= 0) return;
    const quietMs = performance.now() - this.#sentAtMs;
    if (quietMs >= GATHER_MS || unsentBytes >= GATHER_BYTES) this.#sendAll();
    else this.#timer = setTimeout(() => this.#gathered(), GATHER_MS - quietMs);
  }

  #gathered(): void {
    this.#timer = undefined;
    this.#sendAll();
  }

  get #roomBytes(): number {
    return WINDOW_BYTES - (this.#sent - this.#drawn);
  }

  #sendAll(): void {
    const { ring } = this.#source;
    if (this.#sent < ring.start) {
      void this.#sendScreen();
      return;
    }
    if (this.#drawn === this.#sent) this.#progressAtMs = performance.now();
    while (this.#sent < ring.end && this.#roomBytes > 0) {
      this.#sendOutput(Math.min(ring.end - this.#sent, this.#roomBytes, FRAME_BYTES));
    }
    this.#sentAtMs = performance.now();
  }

  #sendOutput(bytes: number): void {
    const { terminalId, ring } = this.#source;
    const payload = ring.slice(this.#sent, this.#sent + bytes);
    this.#send(encodeFrame({ kind: 'output', terminalId, offset: this.#sent, payload }));
    this.#sent += bytes;
  }

  async #sendScreen(): Promise<void> {
    const { terminalId, screen, whileHeld } = this.#source;
    this.#drawing = true;
    try {
      const { offset, bytes } = await whileHeld(() => screen.snapshot());
      if (this.#gone) return;
      this.#send(encodeFrame({ kind: 'screen', terminalId, offset, payload: bytes }));
      this.#sent = offset;
      this.#progressAtMs = performance.now();
    } finally {
      this.#drawing = false;
    }
    this.offer();
  }

  [Symbol.dispose](): void {
    this.#gone = true;
    clearTimeout(this.#timer);
  }
}
