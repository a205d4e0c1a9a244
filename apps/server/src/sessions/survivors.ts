// SPDX-License-Identifier: BSD-2-Clause
import type { Sandbox } from '@ringlab/labkit';
import { isAlive } from '../sandbox/pool.ts';
import type { WorkspaceKey } from '../store/files.ts';

/** The name of a session's sandbox, by which the server after this one knows whose it is. */
export function sandboxIdOf({ personId, lab }: WorkspaceKey): string {
  return `${personId}-${lab}`;
}

/** No person's id has a dash in it. */
function keyIn(sandboxId: string): WorkspaceKey {
  const [personId = '', ...lab] = sandboxId.split('-');
  return { personId, lab: lab.join('-') };
}

/**
 * Sandboxes of sessions of the server before this one, with what programs left in their files: the programs themselves
 * ended with it. Each waits for its session to come back, as long as a session that nobody looks at is kept.
 */
export class Survivors implements AsyncDisposable {
  readonly #waiting = new Map<string, Sandbox>();
  readonly #timer: NodeJS.Timeout;

  private constructor(sandboxes: readonly Sandbox[], keepMs: number) {
    for (const sandbox of sandboxes) this.#waiting.set(sandbox.id, sandbox);
    this.#timer = setTimeout(() => void this[Symbol.asyncDispose](), keepMs).unref();
  }

  /**
   * Of all that the server before left. Checks ended with it, a provisioning too, and nobody knows what waited in its
   * pool: what is no session's ends here.
   */
  static async among(
    leftovers: readonly Sandbox[],
    isSession: (key: WorkspaceKey) => boolean,
    keepMs: number,
  ): Promise<Survivors> {
    const { kept = [], lost = [] } = Object.groupBy(leftovers, ({ id }) =>
      isSession(keyIn(id)) ? 'kept' : 'lost',
    );
    await Promise.all(lost.map((sandbox) => sandbox[Symbol.asyncDispose]()));
    return new Survivors(kept, keepMs);
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
