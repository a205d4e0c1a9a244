// SPDX-License-Identifier: BSD-2-Clause
import type { Sandbox } from '@ringlab/labkit';
import { isAlive } from '../sandbox/pool.ts';

/**
 * Sandboxes of sessions of the server before this one, with what programs left in their files: the programs themselves
 * ended with it. Each waits for its session to come back, as long as a session that nobody looks at is kept.
 */
export class Survivors implements AsyncDisposable {
  readonly #waiting = new Map<string, Sandbox>();
  readonly #timer: NodeJS.Timeout;

  constructor(sandboxes: readonly Sandbox[], keepMs: number) {
    for (const sandbox of sandboxes) this.#waiting.set(sandbox.id, sandbox);
    this.#timer = setTimeout(() => void this[Symbol.asyncDispose](), keepMs).unref();
  }

  /** Whoever takes it owns it. Undefined when there is none, or none any more. */
  async take(id: string): Promise<Sandbox | undefined> {
    const sandbox = this.#waiting.get(id);
    this.#waiting.delete(id);
    return sandbox !== undefined && (await isAlive(sandbox)) ? sandbox : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    await Promise.all(left.map((sandbox) => sandbox[Symbol.asyncDispose]()));
  }
}
