// SPDX-License-Identifier: BSD-2-Clause
import type { ExitStatus, TerminalInfo } from '@ringlab/protocol';
import { ByteRing } from './byte-ring.ts';
import { Reader, type SendFrame } from './reader.ts';
import { Screen, type TerminalSize } from './screen.ts';

/** How often a program that waits for its readers looks whether one of them went to sleep. */
const SLEEP_CHECK_MS = 250;

export interface TerminalLimits {
  readonly terminalBytes: number;
  readonly scrollbackLines: number;
}

/** Where what is typed goes; a terminal that only shows output has none. */
export interface TerminalInput {
  write(bytes: Uint8Array): void;
  resize(cols: number, rows: number): void;
}

export type TerminalLabel = Pick<TerminalInfo, 'title' | 'kind' | 'process'>;

/**
 * One stream of output with any number of readers. Output goes into a ring; each reader is sent from there as fast as it
 * draws. The program waits when every reader that is awake is far behind; a reader that is slower than the others, or
 * was asleep, gets the screen instead of the bytes that it missed.
 */
export class Terminal implements Disposable {
  readonly terminalId: number;
  readonly #label: TerminalLabel;
  readonly #startedAtMs = Date.now();
  readonly #ring: ByteRing;
  readonly #screen: Screen;
  readonly #readers = new Map<string, Reader>();
  readonly #onChange: (info: TerminalInfo) => void;
  #input: TerminalInput | undefined;
  #size: TerminalSize;
  #exit: ExitStatus | undefined;
  #wake: (() => void) | undefined;
  #shownOffset = 0;
  #lastTurn: Promise<unknown> = Promise.resolve();
  #turns = 0;

  constructor(
    terminalId: number,
    label: TerminalLabel,
    size: TerminalSize,
    limits: TerminalLimits,
    onChange: (info: TerminalInfo) => void,
  ) {
    this.terminalId = terminalId;
    this.#label = label;
    this.#size = size;
    this.#onChange = onChange;
    this.#ring = new ByteRing(limits.terminalBytes);
    this.#screen = new Screen(this.#ring, size, limits.scrollbackLines);
  }

  get info(): TerminalInfo {
    const { terminalId } = this;
    const exit = this.#exit && { exit: this.#exit };
    return { terminalId, ...this.#label, startedAtMs: this.#startedAtMs, ...exit, ...this.#size };
  }

  /** Everything before it was sent to some reader, which answered what the program asked its terminal. */
  get shownOffset(): number {
    return Math.max(this.#shownOffset, ...[...this.#readers.values()].map((reader) => reader.sentOffset));
  }

  /** Where keys go from now on. */
  connect(input: TerminalInput): void {
    this.#input = input;
    input.resize(this.#size.cols, this.#size.rows);
  }

  /** Reads `output` to its end, no faster than the readers draw. */
  async readFrom(output: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of output) await this.print(chunk);
  }

  /** Resolves when more may come. */
  async print(chunk: Uint8Array): Promise<void> {
    await this.#append(chunk);
    while (this.#mustWait()) await this.#untilProgress();
  }

  ended(exit: ExitStatus): void {
    this.#exit = exit;
    this.#input = undefined;
    this.#onChange(this.info);
  }

  type(bytes: Uint8Array): void {
    this.#input?.write(bytes);
  }

  resize(size: TerminalSize): void {
    if (size.cols === this.#size.cols && size.rows === this.#size.rows) return;
    this.#size = size;
    this.#screen.resize(size);
    this.#input?.resize(size.cols, size.rows);
    this.#onChange(this.info);
  }

  /** `readerId` reads from `offset`; attached before, it starts over. */
  attach(readerId: string, send: SendFrame, offset: number): void {
    this.detach(readerId);
    const source = {
      terminalId: this.terminalId,
      ring: this.#ring,
      screen: this.#screen,
      whileHeld: <T>(work: () => Promise<T>) => this.#inTurn(work),
    };
    this.#readers.set(readerId, new Reader(source, send, offset));
  }

  detach(readerId: string): void {
    this.#shownOffset = this.shownOffset;
    this.#readers.get(readerId)?.[Symbol.dispose]();
    this.#readers.delete(readerId);
    this.#progress();
  }

  drawn(readerId: string, offset: number): void {
    this.#readers.get(readerId)?.drawn(offset);
    this.#progress();
  }

  [Symbol.dispose](): void {
    for (const readerId of this.#readers.keys()) this.detach(readerId);
    this.#input = undefined;
  }

  /** Output and snapshots take turns: neither sees the other half done. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#turns++;
    const done = this.#lastTurn.then(work).finally(() => this.#turns--);
    this.#lastTurn = done.catch(() => undefined);
    return done;
  }

  async #append(chunk: Uint8Array): Promise<void> {
    const partBytes = this.#ring.capacityBytes / 2;
    for (let at = 0; at < chunk.length; at += partBytes) {
      await this.#appendPart(chunk.subarray(at, at + partBytes));
    }
  }

  async #appendPart(part: Uint8Array): Promise<void> {
    if (this.#turns === 0 && !this.#screen.needsRoomFor(part.length)) return this.#put(part);
    await this.#inTurn(async () => {
      if (this.#screen.needsRoomFor(part.length)) await this.#screen.makeRoom();
      this.#put(part);
    });
  }

  #put(part: Uint8Array): void {
    this.#ring.append(part);
    for (const reader of this.#readers.values()) reader.offer();
  }

  #mustWait(): boolean {
    const awake = [...this.#readers.values()].filter((reader) => !reader.isAsleep);
    return awake.length > 0 && awake.every((reader) => reader.isBehind);
  }

  #untilProgress(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, SLEEP_CHECK_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #progress(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
