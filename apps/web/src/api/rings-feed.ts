// SPDX-License-Identifier: BSD-2-Clause
import type { RingsLook } from '@ringlab/protocol';
import type { RingsFeed } from './state.ts';

class LatestRings implements RingsFeed {
  #look: RingsLook | undefined;
  readonly #listeners = new Set<(look: RingsLook | undefined) => void>();

  latest(): RingsLook | undefined {
    return this.#look;
  }

  subscribe(listener: (look: RingsLook | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  push(look: RingsLook | undefined): void {
    this.#look = look;
    for (const listener of this.#listeners) listener(look);
  }
}

export const latestRings = new LatestRings();
export const ringsFeed: RingsFeed = latestRings;
