// SPDX-License-Identifier: BSD-2-Clause

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** An allowance for each key that fills up again steadily. Keys that are full again are forgotten. */
export class Allowance {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  /** Takes so many; false, and none taken, when there are not as many left. */
  take(key: string, count = 1): boolean {
    const bucket = this.#filled(key, performance.now());
    if (bucket.tokens < count) return false;
    bucket.tokens -= count;
    return true;
  }

  #filled(key: string, nowMs: number): Bucket {
    if (this.#buckets.size > 10_000) this.#forgetFull(nowMs);
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, filledAtMs: nowMs };
    bucket.tokens = this.#tokensOf(bucket, nowMs);
    bucket.filledAtMs = nowMs;
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #tokensOf({ tokens, filledAtMs }: Bucket, nowMs: number): number {
    return Math.min(this.#burst, tokens + ((nowMs - filledAtMs) / 1000) * this.#perSecond);
  }

  #forgetFull(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#tokensOf(bucket, nowMs) >= this.#burst) this.#buckets.delete(key);
    }
  }
}
