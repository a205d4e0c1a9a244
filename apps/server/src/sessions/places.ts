// SPDX-License-Identifier: BSD-2-Clause

interface Waiting {
  readonly enter: () => void;
  readonly onPosition: (position: number) => void;
}

/** Bounds how many runs, or checks, go on at the same time; those beyond wait in order and know their place. */
export class Places {
  readonly #places: number;
  #taken = 0;
  #waiting: Waiting[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  /**
   * Resolves with a place, to be disposed of when done, or with undefined when `signal` is aborted before it is there.
   * `onPosition` is told the place in the queue, 1 is next, whenever it changes.
   */
  async enter(signal: AbortSignal, onPosition: (position: number) => void): Promise<Disposable | undefined> {
    const entered = this.#takeFree() || (await this.#wait(signal, onPosition));
    if (entered && signal.aborted) this.#leave();
    return entered && !signal.aborted ? { [Symbol.dispose]: () => this.#leave() } : undefined;
  }

  #takeFree(): boolean {
    if (this.#taken >= this.#places) return false;
    this.#taken++;
    return true;
  }

  #wait(signal: AbortSignal, onPosition: (position: number) => void): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting: Waiting = { enter: () => resolve(true), onPosition };
      signal.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        this.#tellPositions();
        resolve(false);
      });
      this.#waiting.push(waiting);
      onPosition(this.#waiting.length);
    });
  }

  /** The place goes to the next one at once, so that nobody who comes later is faster. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next.enter();
    else this.#taken--;
    this.#tellPositions();
  }

  #tellPositions(): void {
    this.#waiting.forEach(({ onPosition }, index) => {
      onPosition(index + 1);
    });
  }
}

export type Queue = Pick<Places, 'enter'>;

/** The same queue, where a place is only free again when what was used in it has been handed back. */
export function handingBack(queue: Queue, handBack: () => Promise<void>): Queue {
  return {
    enter: async (signal, onPosition) => {
      const place = await queue.enter(signal, onPosition);
      return place && { [Symbol.dispose]: () => void handBack().finally(() => place[Symbol.dispose]()) };
    },
  };
}
