// SPDX-License-Identifier: BSD-2-Clause
import type { RateSample } from '@ringlab/protocol';
import type { RateFeed } from './state.ts';

const KEPT_MS = 10 * 60_000;
/** Samples older than this are thinned to one a second, as in the server's history. */
const FULL_RATE_MS = 60_000;
const THINNED_MS = 1000;
const TRIM_EVERY_SAMPLES = 100;

/** The last ten minutes of the open workspace's rates. */
export class RateHistory implements RateFeed {
  #samples: RateSample[] = [];
  #sinceTrim = 0;
  readonly #listeners = new Set<(sample: RateSample) => void>();
  readonly #resetListeners = new Set<() => void>();

  history(): readonly RateSample[] {
    return this.#samples;
  }

  latest(): RateSample | undefined {
    return this.#samples.at(-1);
  }

  subscribe(listener: (sample: RateSample) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onReset(listener: () => void): () => void {
    this.#resetListeners.add(listener);
    return () => this.#resetListeners.delete(listener);
  }

  push(sample: RateSample): void {
    const latest = this.latest();
    if (latest !== undefined && sample.tMs <= latest.tMs) return;
    this.#samples.push(sample);
    if (++this.#sinceTrim >= TRIM_EVERY_SAMPLES) this.#trim(sample.tMs);
    for (const listener of this.#listeners) listener(sample);
  }

  /** Live samples that came while the history was on its way stay at its end. */
  replace(samples: readonly RateSample[]): void {
    const lastMs = samples.at(-1)?.tMs ?? 0;
    const later = samples.length === 0 ? [] : this.#samples.filter(({ tMs }) => tMs > lastMs);
    this.#samples = [...samples, ...later];
    for (const listener of this.#resetListeners) listener();
  }

  #trim(nowMs: number): void {
    this.#sinceTrim = 0;
    let keptMs = 0;
    this.#samples = this.#samples.filter(({ tMs }) => {
      const keep = tMs > nowMs - KEPT_MS && (tMs > nowMs - FULL_RATE_MS || tMs - keptMs >= THINNED_MS);
      if (keep) keptMs = tMs;
      return keep;
    });
  }
}

export const rateHistory = new RateHistory();
export const rateFeed: RateFeed = rateHistory;
