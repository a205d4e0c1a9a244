// SPDX-License-Identifier: BSD-2-Clause
import { lines, type Sandbox, type SandboxProcess } from '@ringlab/labkit';
import { type NmringLook, parseNmringLine } from '@ringlab/netmap-bindings/layout';

/** Twenty frames a second. */
const LOOK_MS = 50;
/** Sixteen rings of 4,096 slots, no two of which are alike. */
const LONGEST_CHARACTERS = 2 * 1024 * 1024;

/** One nmring in a sandbox: it looks at rings, holds a program, and takes its hold along when it ends. */
export class RingWatch implements Disposable {
  readonly #process: SandboxProcess;
  readonly #onLook: (look: NmringLook) => void;
  #pending: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #complained = false;
  #disposed = false;

  constructor(process: SandboxProcess, onLook: (look: NmringLook) => void, onEnd: () => void) {
    this.#process = process;
    this.#onLook = onLook;
    void discard(process.errors);
    this.#read()
      .catch((fault) => console.error('nmring could not be read:', fault))
      .finally(() => this.#disposed || onEnd());
  }

  static async start(
    sandbox: Sandbox,
    onLook: (look: NmringLook) => void,
    onEnd: () => void,
  ): Promise<RingWatch> {
    const process = await sandbox.exec(['nmring', '--json', `--watch=${LOOK_MS}`, '--control']);
    return new RingWatch(process, onLook, onEnd);
  }

  /** One line of what nmring(8) reads. */
  command(...words: readonly (string | number)[]): void {
    this.#process.write(`${words.join(' ')}\n`);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#process.kill('SIGKILL');
  }

  /**
   * A program of the sandbox may write into nmring's pipe: of lines that come faster than nmring looks only the last of
   * each time is read. What nmring prints last stays true until it prints again, so that one is never left out.
   */
  async #read(): Promise<void> {
    for await (const line of lines(this.#process.output, LONGEST_CHARACTERS)) {
      this.#pending = line;
      this.#timer ??= setTimeout(() => this.#parse(), this.#waitMs());
    }
  }

  #parsedAtMs = Number.NEGATIVE_INFINITY;

  #waitMs(): number {
    return Math.max(0, this.#parsedAtMs + LOOK_MS / 2 - performance.now());
  }

  #parse(): void {
    this.#timer = undefined;
    const line = this.#pending;
    if (line === undefined || this.#disposed) return;
    this.#pending = undefined;
    this.#parsedAtMs = performance.now();
    const parsed = parseNmringLine(line);
    if (parsed.ok) this.#onLook(parsed.value);
    else if (!this.#complained) console.error(parsed.message);
    this.#complained ||= !parsed.ok;
  }
}

async function discard(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of stream);
}
