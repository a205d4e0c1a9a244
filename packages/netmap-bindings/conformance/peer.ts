// SPDX-License-Identifier: BSD-2-Clause
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterwards } from './device.ts';

const PROGRAM = fileURLToPath(new URL('peer-program.ts', import.meta.url));

/** Processes that have nothing open, for the next case: to start one takes longer than most cases. */
const spares: Peer[] = [];

/** Another process of the case, which does what it is told to. When the case is over it has nothing open. */
export class Peer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** With descriptors that it inherits, as its number 3 and so on, it is a process of its own. */
  static start(...inherited: readonly number[]): Peer {
    const spare = inherited.length === 0 ? spares.pop() : undefined;
    const peer = spare ?? new Peer(inherited);
    afterwards(() => (inherited.length === 0 ? peer.#rest() : peer.kill()));
    return peer;
  }

  static async endAll(): Promise<void> {
    for (const peer of spares.splice(0)) await peer.kill();
  }

  private constructor(inherited: readonly number[]) {
    this.#child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit', ...inherited] });
    const input = this.#child.stdout;
    if (input === null) throw new Error('a peer has no output');
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
  }

  get #isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #rest(): Promise<void> {
    if (this.#isGone) return;
    await this.do('endCase');
    spares.push(this);
  }

  /** Resolves with the answer, when it is done. */
  async do<T = unknown>(...order: readonly unknown[]): Promise<T> {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`a peer ended at ${order[0]}`);
    return JSON.parse(value) as T;
  }

  /** By SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#isGone) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
