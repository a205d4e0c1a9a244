// SPDX-License-Identifier: BSD-2-Clause

/** Events, as poll() has them on Linux. */
export const POLL = { in: 1, out: 4, err: 8, nval: 32 } as const;

interface Waiter {
  readonly events: number;
  readonly resolve: (ready: number) => void;
  readonly reject: (reason: unknown) => void;
}

/** While something waits, nothing but the event loop may refer to its port: it must not be collected then. */
const asleep = new Set<Sleeper>();

/** Everybody who waits for one port, behind the one question that is put to the event loop. */
export class Sleeper {
  readonly #ask: (events: number) => number;
  readonly #waiters = new Set<Waiter>();

  /** @param ask see `Native.ask` */
  constructor(ask: (events: number) => number) {
    this.#ask = ask;
  }

  /** Resolves with the events that are ready, one of `events` or POLL.err among them. */
  wait(events: number, signal?: AbortSignal): Promise<number> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        events,
        resolve: (ready) => {
          signal?.removeEventListener('abort', abort);
          resolve(ready);
        },
        reject,
      };
      const abort = () => {
        this.#waiters.delete(waiter);
        this.#fallAsleep();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiters.add(waiter);
      this.#fallAsleep();
    });
  }

  /** The event loop says that these are ready. */
  wake(ready: number): void {
    asleep.delete(this);
    for (const waiter of this.#waiters) {
      if ((ready & (waiter.events | POLL.err | POLL.nval)) === 0) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(ready);
    }
    if (this.#waiters.size > 0) this.#fallAsleep();
  }

  /** Ends all waiting with this reason. */
  end(reason: unknown): void {
    asleep.delete(this);
    for (const waiter of this.#waiters) waiter.reject(reason);
    this.#waiters.clear();
  }

  #fallAsleep(): void {
    const events = [...this.#waiters].reduce((all, waiter) => all | waiter.events, 0);
    const ready = this.#ask(events);
    if (ready !== 0) this.wake(ready);
    else if (events !== 0) asleep.add(this);
    else asleep.delete(this);
  }
}
