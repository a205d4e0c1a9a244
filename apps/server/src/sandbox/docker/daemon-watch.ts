// SPDX-License-Identifier: BSD-2-Clause
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from './daemon.ts';

const RETRY_MS = 500;

/** Notices that a daemon went away, by the end of its events, and tells when it is back. */
export class DaemonWatch implements AsyncDisposable {
  readonly #daemon: Daemon;
  readonly #serverKey: string;
  readonly #onBack: (signal: AbortSignal) => Promise<void>;
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  #events: Readable | undefined;

  /** A failing `onBack` is tried again; its signal is aborted when nobody watches any more. */
  constructor(daemon: Daemon, serverKey: string, onBack: (signal: AbortSignal) => Promise<void>) {
    this.#daemon = daemon;
    this.#serverKey = serverKey;
    this.#onBack = onBack;
    this.#watching = this.#watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#events?.destroy();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    for (let first = true; !this.#stop.signal.aborted; first = false) {
      try {
        this.#events = await this.#daemon.events(this.#serverKey);
        if (!first) await this.#onBack(this.#stop.signal);
        await this.#end(this.#events);
      } catch {
        // It is away; the next attempt tells when it is back.
        this.#events?.destroy();
      }
      await sleep(RETRY_MS, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
    }
  }

  async #end(events: Readable): Promise<void> {
    if (this.#stop.signal.aborted) events.destroy();
    // While somebody else was told that the daemon is back.
    if (events.destroyed || events.readableEnded) return;
    const ended = new Promise<void>((resolve) => {
      for (const name of ['end', 'close', 'error']) events.once(name, () => resolve());
    });
    events.resume();
    await ended;
    events.destroy();
  }
}
