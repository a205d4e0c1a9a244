// SPDX-License-Identifier: BSD-2-Clause

interface Waiting {
  readonly size: number;
  readonly enter: () => void;
  readonly onPosition: (position: number) => void;
}

/** A capacity that changes by itself is looked at so often while somebody waits. */
const LOOK_MS = 1000;

/** Where one waits for a place, and in what order. */
export interface Queue {
  /**
   * Resolves with a place, to be disposed of when done, or with undefined when `signal` is aborted before it is there.
   * `onPosition` is told the place in the queue, 1 is next, whenever it changes.
   */
  enter(signal: AbortSignal, onPosition: (position: number) => void): Promise<Disposable | undefined>;
}

/**
 * Bounds how much goes on at the same time; who does not fit waits in order and knows the place. What is larger than all
 * there is fits when it is alone.
 */
export class Places {
  readonly #capacity: () => number;
  #taken = 0;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(capacity: number | (() => number)) {
    this.#capacity = typeof capacity === 'number' ? () => capacity : capacity;
  }

  /** One queue for all sizes: nobody who comes later is faster for being small. */
  queue(size = 1): Queue {
    return {
      enter: (signal, onPosition) => this.#enter(Math.min(size, this.#capacity()), signal, onPosition),
    };
  }

  async #enter(
    size: number,
    signal: AbortSignal,
    onPosition: (position: number) => void,
  ): Promise<Disposable | undefined> {
    const entered = this.#takeFree(size) || (await this.#wait(size, signal, onPosition));
    if (entered && signal.aborted) this.#leave(size);
    return entered && !signal.aborted ? { [Symbol.dispose]: () => this.#leave(size) } : undefined;
  }

  #takeFree(size: number): boolean {
    if (this.#waiting.length > 0 || !this.#fits(size)) return false;
    this.#taken += size;
    return true;
  }

  #fits(size: number): boolean {
    return this.#taken + size <= this.#capacity();
  }

  #wait(size: number, signal: AbortSignal, onPosition: (position: number) => void): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting: Waiting = { size, enter: () => resolve(true), onPosition };
      signal.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        this.#admit();
        resolve(false);
      });
      this.#waiting.push(waiting);
      this.#lookForMore();
      onPosition(this.#waiting.length);
    });
  }

  #leave(size: number): void {
    this.#taken -= size;
    this.#admit();
  }

  /** The next ones come in at once, so that nobody who comes later is faster. */
  #admit(): void {
    while (this.#waiting[0] !== undefined && this.#fits(this.#waiting[0].size)) {
      const { size, enter } = this.#waiting[0];
      this.#waiting.shift();
      this.#taken += size;
      enter();
    }
    this.#waiting.forEach(({ onPosition }, index) => {
      onPosition(index + 1);
    });
    this.#lookForMore();
  }

  #lookForMore(): void {
    clearTimeout(this.#timer);
    if (this.#waiting.length === 0) return;
    const before = this.#capacity();
    const look = () => (this.#capacity() === before ? this.#lookForMore() : this.#admit());
    this.#timer = setTimeout(look, LOOK_MS).unref();
  }
}

/** The same queue, where a place is only free again when what was used in it has been handed back. */
export function handingBack(queue: Queue, handBack: () => Promise<void>): Queue {
  return {
    enter: async (signal, onPosition) => {
      const place = await queue.enter(signal, onPosition);
      return place && { [Symbol.dispose]: () => void handBack().finally(() => place[Symbol.dispose]()) };
    },
  };
}
