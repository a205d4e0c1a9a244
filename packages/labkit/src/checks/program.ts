// SPDX-License-Identifier: BSD-2-Clause
import type { ExitStatus } from '@ringlab/protocol';
import type { ExecOptions, Sandbox, SandboxProcess } from '../sandbox.ts';
import { lines } from './lines.ts';
import { within } from './wait.ts';

const KEPT_LINES = 2000;
const STOP_MS = 3000;

/** One running program of a check. */
export class Program implements AsyncDisposable {
  readonly argv: readonly string[];
  /** Never rejects. Resolves after the last byte of output was read. */
  readonly exit: Promise<ExitStatus>;
  readonly #process: SandboxProcess;
  readonly #lines: string[] = [];
  #ended: ExitStatus | undefined;

  private constructor(argv: readonly string[], process: SandboxProcess) {
    this.argv = argv;
    this.#process = process;
    this.exit = this.#collect();
  }

  /** In a terminal, so that it prints as it does in the attendee's. */
  static async start(
    sandbox: Sandbox,
    argv: readonly string[],
    options: Pick<ExecOptions, 'namespace' | 'machine'> = {},
  ): Promise<Program> {
    return new Program(argv, await sandbox.exec(argv, { pty: { cols: 200, rows: 50 }, ...options }));
  }

  /** Undefined while it runs. */
  get ended(): ExitStatus | undefined {
    return this.#ended;
  }

  /** Its latest lines, oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** All that a pattern finds in its output, line by line. */
  matches(pattern: RegExp): readonly RegExpExecArray[] {
    return this.#lines.map((line) => pattern.exec(line)).filter((found) => found !== null);
  }

  /** Processor time that it and its children used. */
  async cpuMs(): Promise<number> {
    return await this.#process.cpuMs();
  }

  /** Asks it to end as Ctrl+C does; one that does not listen for so long is killed. Gives how it ended. */
  async stop(patienceMs = STOP_MS): Promise<ExitStatus> {
    if (this.#ended !== undefined) return this.#ended;
    this.#process.kill('SIGINT');
    const exit = await within(this.exit, patienceMs);
    if (exit !== undefined) return exit;
    this.#process.kill('SIGKILL');
    return await this.exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #collect(): Promise<ExitStatus> {
    for await (const line of lines(this.#process.output)) {
      this.#lines.push(line.replaceAll('\r', ''));
      if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    }
    this.#ended = await this.#process.exit;
    return this.#ended;
  }
}
