// SPDX-License-Identifier: BSD-2-Clause
import serialize from '@xterm/addon-serialize';
import headless from '@xterm/headless';
import type { ByteRing } from './byte-ring.ts';
import { skippableRange } from './plain-text.ts';

/** The addon draws the alternate screen as if no color were set, but leaves the one in which the normal screen ended. */
const ALTERNATE_SCREEN = '\x1b[?1049h';
const NO_STYLE = '\x1b[0m';

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

export interface Snapshot {
  /** What this draws is what everything before this offset draws. */
  readonly offset: number;
  readonly bytes: Buffer;
}

/**
 * What a terminal shows that read a stream from its first byte, without reading along.
 *
 * Interpreting output costs more than moving it, so nothing is interpreted until the ring is about to forget bytes, or
 * somebody asks for the screen. And of plain text that scrolls away nothing needs to be interpreted but the lines that
 * stay: see `plain-text.ts`. A flood of text costs this class a search for control characters and nothing else.
 */
export class Screen {
  readonly #ring: ByteRing;
  readonly #scrollbackLines: number;
  readonly #firstSize: TerminalSize;
  readonly #resizes: { readonly offset: number; readonly size: TerminalSize }[] = [];
  #terminal: headless.Terminal | undefined;
  #serializer: serialize.SerializeAddon | undefined;
  #rows: number;
  #fed = 0;

  constructor(ring: ByteRing, size: TerminalSize, scrollbackLines: number) {
    this.#ring = ring;
    this.#firstSize = size;
    this.#rows = size.rows;
    this.#scrollbackLines = scrollbackLines;
  }

  /** The size from the ring's end on. */
  resize(size: TerminalSize): void {
    this.#rows = Math.max(this.#rows, size.rows);
    this.#resizes.push({ offset: this.#ring.end, size });
  }

  /** True when `makeRoom` must be awaited before `bytes` more go into the ring. */
  needsRoomFor(bytes: number): boolean {
    return this.#ring.end + bytes - this.#fed > this.#ring.capacityBytes;
  }

  /** Takes from the ring what it will forget next. */
  async makeRoom(): Promise<void> {
    const { end } = this.#ring;
    const pending = this.#ring.slice(this.#fed, end);
    const skip = skippableRange(pending, this.#scrollbackLines + this.#rows);
    if (skip === undefined || pending.length - skip.to > this.#ring.capacityBytes / 2) return this.#feed(end);
    const base = this.#fed;
    await this.#feed(base + skip.from);
    this.#fed = base + skip.to;
  }

  async snapshot(): Promise<Snapshot> {
    const { end } = this.#ring;
    await this.#feed(end);
    this.#headless();
    const text = this.#serializer?.serialize({ scrollback: this.#scrollbackLines }) ?? '';
    return {
      offset: end,
      bytes: Buffer.from(text.replace(ALTERNATE_SCREEN, `${ALTERNATE_SCREEN}${NO_STYLE}`)),
    };
  }

  async #feed(to: number): Promise<void> {
    while (this.#fed < to || this.#dueResize() !== undefined) {
      const resize = this.#dueResize();
      if (resize) this.#headless().resize(resize.cols, resize.rows);
      if (resize) this.#resizes.shift();
      else await this.#write(Math.min(to, this.#resizes[0]?.offset ?? to));
    }
  }

  #dueResize(): TerminalSize | undefined {
    const next = this.#resizes[0];
    return next && next.offset <= this.#fed ? next.size : undefined;
  }

  #write(to: number): Promise<void> {
    const bytes = this.#ring.slice(this.#fed, to);
    this.#fed = to;
    return new Promise((written) => this.#headless().write(bytes, written));
  }

  #headless(): headless.Terminal {
    if (this.#terminal) return this.#terminal;
    const scrollback = this.#scrollbackLines;
    this.#terminal = new headless.Terminal({ ...this.#firstSize, scrollback, allowProposedApi: true });
    this.#serializer = new serialize.SerializeAddon();
    this.#terminal.loadAddon(this.#serializer);
    return this.#terminal;
  }
}
