// SPDX-License-Identifier: BSD-2-Clause

const WARM_UP_MS = 300;

/** Packets a second, from some time after the first one on: V8 has compiled the loop by then. */
export class Tally {
  readonly #periodMs: number;
  #packets = 0;
  #startMs = 0;
  #isWarm = false;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** What both receivers do with a packet: look into it, and count it if it is IPv4, as all that is sent. */
  take(frame: Uint8Array): void {
    if (frame[12] === 8) this.#packets++;
  }

  /** True when the period is over; asked now and then, because asking takes longer than a packet. */
  isOver(): boolean {
    const nowMs = performance.now();
    if (this.#startMs === 0) this.#startMs = nowMs;
    if (!this.#isWarm && nowMs - this.#startMs > WARM_UP_MS) {
      this.#isWarm = true;
      this.#startMs = nowMs;
      this.#packets = 0;
    }
    return this.#isWarm && nowMs - this.#startMs > this.#periodMs;
  }

  /** Packets a second. */
  rate(): number {
    return (this.#packets / (performance.now() - this.#startMs)) * 1000;
  }
}
