// SPDX-License-Identifier: BSD-2-Clause
import {
  type LimitEvent,
  type Sandbox,
  SandboxError,
  type SandboxFile,
  type SandboxFittings,
} from '@ringlab/labkit';
import { RateWatch, type Reading } from '../rates/rate-watch.ts';

/** Where sandboxes come from: the pool of the driver that works here. */
export interface SandboxSource {
  /** Rejects with SandboxError, whose message an attendee can act on. */
  take(id: string, fittings: SandboxFittings): Promise<Sandbox>;
  /** Somebody will soon ask for one with machines: what they start from is readied meanwhile. */
  expectMachines(): void;
}

export interface SandboxEvents {
  /** That a new one has. */
  fittings(): SandboxFittings;
  onReading(reading: Reading): void;
  /** Programs run here from now on, or nowhere; nothing is started in it before this resolves. */
  onSandbox(sandbox: Sandbox | undefined): Promise<void>;
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
  #disposed = false;
  /** What was put last, by path. */
  #present: ReadonlyMap<string, SandboxFile['content']> = new Map();

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
    const before = this.#held;
    try {
      return await this.#filled(files);
    } catch (fault) {
      if (before === undefined || !(fault instanceof SandboxError)) throw fault;
      // It died since it was last used, by a limit or with its machine: a new one is as good. Who else found it dead
      // may have made that already.
      if (this.#held === before) await this.discard();
      return await this.#filled(files);
    }
  }

  /** For good: nobody gets one any more, not even who waits for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.discard();
  }

  /** Ends the sandbox, if there is one; whoever needs one next gets another. */
  async discard(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    this.#present = new Map();
    if (held) void this.#events.onSandbox(undefined);
    const { sandbox, rates } = (await held?.catch(() => undefined)) ?? {};
    rates?.[Symbol.dispose]();
    await sandbox?.[Symbol.asyncDispose]();
  }

  /**
   * What was saved goes to a sandbox that is there, for shells that build by hand. Files that programs changed there
   * stay as they are until they are saved here, or a run begins.
   */
  async update(files: readonly SandboxFile[]): Promise<void> {
    const held = await this.#held?.catch(() => undefined);
    if (!held) return;
    const changed = files.filter(({ path, content }) => this.#present.get(path) !== content);
    // A sandbox that died is noticed by whoever needs it next.
    await this.#replace(held.sandbox, files, changed).catch(() => undefined);
  }

  async #filled(files: readonly SandboxFile[]): Promise<Held> {
    if (this.#disposed) throw new SandboxError('The sandbox has ended; run again to get a new one.');
    this.#held ??= this.#make();
    const held = await this.#held;
    await this.#replace(held.sandbox, files, files);
    return held;
  }

  async #replace(
    sandbox: Sandbox,
    files: readonly SandboxFile[],
    put: readonly SandboxFile[],
  ): Promise<void> {
    const present = new Map(files.map(({ path, content }) => [path, content]));
    const gone = [...this.#present.keys()].filter((path) => !present.has(path));
    this.#present = present;
    if (gone.length > 0) await sandbox.remove(gone);
    if (put.length > 0) await sandbox.put(put);
  }

  async #make(): Promise<Held> {
    try {
      const sandbox = await this.#source.take(this.#id, this.#events.fittings());
      sandbox.onLimit((event) => this.#events.onLimit(event));
      const rates = new RateWatch((reading) => this.#events.onReading(reading));
      await rates.start(sandbox);
      await this.#events.onSandbox(sandbox);
      return { sandbox, rates };
    } catch (fault) {
      this.#held = undefined;
      throw fault;
    }
  }
}
