// SPDX-License-Identifier: BSD-2-Clause
import type { DriverName, Provisioning, ServerEvent } from '@ringlab/protocol';
import { asWaiting, Checklist } from './checklist.ts';
import { type Means, plan, provision } from './provision.ts';

const TELL_MS = 100;

interface Viewer {
  send(event: ServerEvent): void;
}

/** The instructor's way to provisioning: one goes on at a time, and who opens it later sees the same list. */
export class ProvisioningDesk implements AsyncDisposable {
  readonly #means: Means;
  readonly #viewers = new Set<Viewer>();
  readonly #list = new Checklist(() => this.#tellSoon());
  #stop = new AbortController();
  #going: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(means: Means) {
    this.#means = means;
  }

  /** Before the first time: what would be looked at. */
  get state(): Provisioning {
    const { state } = this.#list;
    return state.phase === 'never' ? { phase: 'never', lines: plan(this.#means).map(asWaiting) } : state;
  }

  open(viewer: Viewer): void {
    this.#viewers.add(viewer);
  }

  close(viewer: Viewer): void {
    this.#viewers.delete(viewer);
  }

  /** Resolves when it has begun. */
  async start(driver: DriverName | undefined): Promise<void> {
    await this.stop();
    this.#stop = new AbortController();
    this.#going = provision(this.#means, driver, this.#list, this.#stop.signal).finally(() => {
      this.#going = undefined;
    });
    this.#going.catch((fault: unknown) => console.error(fault));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#going?.catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await this.stop();
  }

  /** A build tells more often than anybody reads. */
  #tellSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const viewer of this.#viewers)
        viewer.send({ type: 'provisioning', provisioning: this.#list.state });
    }, TELL_MS).unref();
  }
}
