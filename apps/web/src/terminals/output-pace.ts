// SPDX-License-Identifier: BSD-2-Clause
import type { TerminalOutput } from '../api/index.ts';

/** What a terminal that nobody sees is given: some 8000 lines a second, a few percent of the page's time. */
const UNSEEN_BYTES_PER_MS = 512;
const UNSEEN_SLICE_MS = 16;
/** A busy page, or one in the background, has its timers held back; what it then catches up with is bounded by this. */
const UNSEEN_SLICE_BYTES = 64 * 1024;

interface Waiting {
  readonly output: TerminalOutput;
  readonly drawn: () => void;
}

type Write = (output: TerminalOutput, drawn: () => void) => void;

/**
 * Passes output to a terminal: at once when it is seen, and in small slices, about 512 KiB a second, when it is not. The
 * program that printed it waits meanwhile, as it does for any reader. Order is kept, and nothing is lost.
 */
export class OutputPace implements Disposable {
  readonly #write: Write;
  #waiting: Waiting[] = [];
  #isSeen = false;
  #sliceAtMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(write: Write) {
    this.#write = write;
  }

  /** What waited is written now. */
  seen(): void {
    this.#isSeen = true;
    this.#stop();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { output, drawn } of waiting) this.#write(output, drawn);
  }

  unseen(): void {
    this.#isSeen = false;
  }

  pass(output: TerminalOutput, drawn: () => void): void {
    if (this.#isSeen) this.#write(output, drawn);
    else this.#queue({ output, drawn });
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#waiting = [];
  }

  #queue(waiting: Waiting): void {
    // What clears the terminal makes up for all that came before it.
    if (waiting.output.reset) this.#waiting = [];
    this.#waiting.push(waiting);
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.#slice(), UNSEEN_SLICE_MS);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #slice(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    const pastMs = Math.max(UNSEEN_SLICE_MS, nowMs - this.#sliceAtMs);
    this.#sliceAtMs = nowMs;
    this.#writeUpTo(Math.min(pastMs * UNSEEN_BYTES_PER_MS, UNSEEN_SLICE_BYTES));
    if (this.#waiting.length > 0) this.#schedule();
  }

  #writeUpTo(budgetBytes: number): void {
    let leftBytes = budgetBytes;
    while (leftBytes > 0 && this.#waiting[0] !== undefined) {
      const { output, drawn } = this.#waiting[0];
      const bytes = output.bytes.subarray(0, leftBytes);
      const rest = output.bytes.subarray(bytes.byteLength);
      leftBytes -= Math.max(1, bytes.byteLength);
      if (rest.byteLength > 0) this.#waiting[0] = { output: { ...output, bytes: rest, reset: false }, drawn };
      else this.#waiting.shift();
      this.#write({ ...output, bytes }, rest.byteLength > 0 ? () => {} : drawn);
    }
  }
}
