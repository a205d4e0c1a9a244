// SPDX-License-Identifier: BSD-2-Clause

import { type ChildProcess, spawn } from 'node:child_process';
import type { SandboxError } from '@ringlab/labkit';
import { explainFailure } from './mending.ts';

/** An emulated laptop, as the live image is proved on, takes many times as long as any other. */
const START_TIMEOUT_MS = 180_000;
const END_TIMEOUT_MS = 2000;
const MOST_ERROR_BYTES = 4096;

/** The bwrap process that holds one sandbox: its process 1 is the agent, and ends with it. */
export class Holder implements AsyncDisposable {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  #errors = '';

  private constructor(process: ChildProcess) {
    this.#process = process;
    this.pid = process.pid ?? 0;
    this.#ended = new Promise((resolve) => {
      process.once('exit', () => resolve());
      // It could not even be started.
      process.once('error', ({ message }) => {
        this.#errors = message;
        resolve();
      });
    });
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(0, MOST_ERROR_BYTES);
    });
  }

  /** Resolves when the agent's socket can be connected to, which is before the agent runs. Rejects with SandboxError. */
  static async start(agent: string, args: readonly string[]): Promise<Holder> {
    const process_ = spawn(agent, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: '/',
      env: { PATH: process.env.PATH },
    });
    const holder = new Holder(process_);
    const listening = new Promise<boolean>((resolve) => process_.stdout?.once('data', () => resolve(true)));
    if (await Promise.race([listening, holder.#ended.then(() => false)])) return holder;
    throw await holder.failure();
  }

  /** Waits for something that a failing bwrap would never let happen. Rejects with SandboxError. */
  async whileItLives<T>(what: Promise<T>, timeoutMs = START_TIMEOUT_MS): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, tooSlow(timeoutMs));
    });
    what.catch(() => {});
    const ended = this.#ended.then(() => undefined);
    const first = await Promise.race([what.then((value) => ({ value })), ended, tooLong]).catch(
      () => undefined,
    );
    clearTimeout(timer);
    if (typeof first !== 'object') throw await this.failure(first);
    return first.value;
  }

  /** Why there is no sandbox, in words: bwrap's, or else those given. */
  async failure(words?: string): Promise<SandboxError> {
    await this[Symbol.asyncDispose]();
    return explainFailure(this.#errors, words);
  }

  /** Waits for the end that the agent was asked for, and forces it if it does not come. */
  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), END_TIMEOUT_MS);
    await this.#ended;
    clearTimeout(timer);
  }
}

function tooSlow(timeoutMs: number): string {
  return `it did not answer within ${timeoutMs / 1000} s; this machine is too slow, or too busy, for sandboxes`;
}
