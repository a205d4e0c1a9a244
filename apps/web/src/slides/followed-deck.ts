// SPDX-License-Identifier: BSD-2-Clause
import type { RevealApi } from 'reveal.js';
import { z } from 'zod';

/** Which slide, and how many steps of its figure were made. */
const position = z.object({ slide: z.int(), step: z.int() });
export type Position = z.infer<typeof position>;

/** What a window asks that has just come. */
const WHERE = 'where';

/** Tells where the deck is, and keeps the windows of one deck, the speaker's and the room's, at the same place. */
export class FollowedDeck implements Disposable {
  readonly #reveal: RevealApi;
  readonly #channel: BroadcastChannel;
  readonly #moved: (position: Position) => void;
  #at: Position = { slide: 0, step: 0 };

  constructor(reveal: RevealApi, slug: string, moved: (position: Position) => void) {
    this.#reveal = reveal;
    this.#moved = moved;
    this.#channel = new BroadcastChannel(`ringlab.slides/${slug}`);
    this.#channel.onmessage = ({ data }) => this.#follow(data);
  }

  /** A window that comes later goes to where the others are. */
  start(): void {
    for (const event of ['slidechanged', 'fragmentshown', 'fragmenthidden', 'resize'])
      this.#reveal.on(event, () => this.#look());
    this.#at = this.#here();
    this.#moved(this.#at);
    this.#channel.postMessage(WHERE);
  }

  [Symbol.dispose](): void {
    this.#channel.close();
  }

  #here(): Position {
    const { h, f } = this.#reveal.getIndices();
    return { slide: h, step: (f ?? -1) + 1 };
  }

  #look(): void {
    const at = this.#here();
    if (at.slide === this.#at.slide && at.step === this.#at.step) return;
    this.#at = at;
    this.#moved(at);
    this.#channel.postMessage(at);
  }

  #follow(message: unknown): void {
    if (message === WHERE) this.#channel.postMessage(this.#at);
    const parsed = position.safeParse(message);
    if (!parsed.success) return;
    const { slide, step } = parsed.data;
    if (slide === this.#at.slide && step === this.#at.step) return;
    this.#at = parsed.data;
    this.#reveal.slide(slide, 0, step - 1);
    this.#moved(parsed.data);
  }
}
