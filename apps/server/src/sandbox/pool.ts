// SPDX-License-Identifier: BSD-2-Clause
import {
  type ExecOptions,
  type LimitEvent,
  type Sandbox,
  SandboxError,
  type SandboxFile,
  type SandboxFittings,
  type SandboxProcess,
  type Usage,
} from '@ringlab/labkit';
import type { EngineName } from '@ringlab/protocol';
import type { SandboxDriver } from './driver.ts';
import type { Limits } from './limits.ts';

/** A run that has just started needs the processors more than the next one's sandbox does. */
const REFILL_DELAY_MS = 1500;
const RETRY_DELAY_MS = 10_000;

const NO_FITTINGS: SandboxFittings = { interfaces: [], machines: [] };

export interface PoolOptions {
  readonly driver: SandboxDriver;
  readonly limits: Limits;
  /** How many sandboxes are kept ready; 0 makes each when it is asked for. */
  readonly size: number;
}

/** Keeps sandboxes ready, so that Run need not wait for one. Owns those that wait; who takes one owns it. */
export class SandboxPool implements AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #warm: Sandbox[] = [];
  #made = 0;
  #filling: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  /** Starts filling at once, in the background. */
  constructor(options: PoolOptions) {
    this.#options = options;
    this.#fillSoon(0);
  }

  /** How many are ready now. */
  get ready(): number {
    return this.#warm.length;
  }

  /** A warm sandbox under this id, or a new one, as one with fittings always is. Rejects with SandboxError. */
  async take(id: string, fittings: SandboxFittings = NO_FITTINGS): Promise<Sandbox> {
    if (this.#disposed) throw new SandboxError('The server is stopping.');
    const { driver, limits } = this.#options;
    const { interfaces, machines, engine } = fittings;
    if (interfaces.length + machines.length > 0) return driver.create({ id, limits, ...fittings });
    for (let warm = this.#takeWarm(engine); warm !== undefined; warm = this.#takeWarm(engine)) {
      this.#fillSoon(REFILL_DELAY_MS);
      if (!(await isAlive(warm))) continue;
      void driver.rename?.(warm, id);
      return new NamedSandbox(id, warm);
    }
    return driver.create({ id, limits, engine });
  }

  /** Ends those that wait, not those that were taken. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    await this.#filling;
    await Promise.all(this.#warm.splice(0).map((sandbox) => sandbox[Symbol.asyncDispose]()));
  }

  #takeWarm(engine: EngineName | undefined): Sandbox | undefined {
    const at = this.#warm.findIndex((warm) => engine === undefined || warm.engine === engine);
    return at < 0 ? undefined : this.#warm.splice(at, 1)[0];
  }

  #fillSoon(delayMs: number): void {
    if (this.#disposed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#startFilling(), delayMs).unref();
  }

  #startFilling(): void {
    this.#filling ??= this.#fill()
      .catch(() => this.#fillSoon(RETRY_DELAY_MS))
      .finally(() => {
        this.#filling = undefined;
      });
  }

  /** One after the other: it has time. A failure is told to whoever takes next, by the driver itself. */
  async #fill(): Promise<void> {
    while (!this.#disposed && this.#warm.length < this.#options.size) {
      this.#made += 1;
      this.#warm.push(
        await this.#options.driver.create({ id: `pool-${this.#made}`, limits: this.#options.limits }),
      );
    }
  }
}

/** One that died while it waited is nobody's. */
export async function isAlive(sandbox: Sandbox): Promise<boolean> {
  try {
    await sandbox.usage();
    return true;
  } catch {
    await sandbox[Symbol.asyncDispose]();
    return false;
  }
}

class NamedSandbox implements Sandbox {
  readonly id: string;
  readonly engine: EngineName;
  readonly workspace: string;
  readonly #inner: Sandbox;

  constructor(id: string, inner: Sandbox) {
    this.id = id;
    this.engine = inner.engine;
    this.workspace = inner.workspace;
    this.#inner = inner;
  }

  exec(argv: readonly string[], options?: ExecOptions): Promise<SandboxProcess> {
    return this.#inner.exec(argv, options);
  }

  put(files: Iterable<SandboxFile>): Promise<void> {
    return this.#inner.put(files);
  }

  get(paths: readonly string[]): Promise<SandboxFile[]> {
    return this.#inner.get(paths);
  }

  remove(paths: readonly string[]): Promise<void> {
    return this.#inner.remove(paths);
  }

  usage(): Promise<Usage> {
    return this.#inner.usage();
  }

  onLimit(listener: (event: LimitEvent) => void): void {
    this.#inner.onLimit(listener);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#inner[Symbol.asyncDispose]();
  }
}
