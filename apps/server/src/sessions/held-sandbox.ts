// SPDX-License-Identifier: BSD-2-Clause
import { type LimitEvent, type Sandbox, SandboxError, type SandboxFile } from '@ringlab/labkit';
import { RateWatch, type Reading } from '../rates/rate-watch.ts';

/** Where sandboxes come from: the pool of the driver that works here. */
export interface SandboxSource {
  /** Rejects with SandboxError, whose message an attendee can act on. */
  take(id: string): Promise<Sandbox>;
}

export interface SandboxEvents {
  onReading(reading: Reading): void;
  onLimit(event: LimitEvent): void;
}

interface Held {
  readonly sandbox: Sandbox;
  readonly rates: RateWatch;
}

/** The one sandbox of a workspace: made when it is first needed, replaced when it died, gone when nobody needs it. */
export class HeldSandbox implements AsyncDisposable {
  readonly #id: string;
  readonly #source: SandboxSource;
  readonly #events: SandboxEvents;
  #held: Promise<Held> | undefined;
  #present: ReadonlySet<string> = new Set();

  constructor(id: string, source: SandboxSource, events: SandboxEvents) {
    this.#id = id;
    this.#source = source;
    this.#events = events;
  }

  get exists(): boolean {
    return this.#held !== undefined;
  }

  /** With exactly these of the workspace's files, and what programs made beside them. */
  async with(files: readonly SandboxFile[]): Promise<Held> {
    const fresh = this.#held === undefined;
    try {
      return await this.#filled(files);
    } catch (fault) {
      if (fresh || !(fault instanceof SandboxError)) throw fault;
      // It died since it was last used, by a limit or with its machine: a new one is as good.
      await this[Symbol.asyncDispose]();
      return await this.#filled(files);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    this.#present = new Set();
    const { sandbox, rates } = (await held?.catch(() => undefined)) ?? {};
    rates?.[Symbol.dispose]();
    await sandbox?.[Symbol.asyncDispose]();
  }

  async #filled(files: readonly SandboxFile[]): Promise<Held> {
    this.#held ??= this.#make();
    const held = await this.#held;
    const paths = new Set(files.map(({ path }) => path));
    const gone = [...this.#present].filter((path) => !paths.has(path));
    if (gone.length > 0) await held.sandbox.remove(gone);
    await held.sandbox.put(files);
    this.#present = paths;
    return held;
  }

  async #make(): Promise<Held> {
    try {
      const sandbox = await this.#source.take(this.#id);
      sandbox.onLimit((event) => this.#events.onLimit(event));
      const rates = new RateWatch((reading) => this.#events.onReading(reading));
      await rates.start(sandbox);
      return { sandbox, rates };
    } catch (fault) {
      this.#held = undefined;
      throw fault;
    }
  }
}
