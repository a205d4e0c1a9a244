// SPDX-License-Identifier: BSD-2-Clause

import {
  type ExecOptions,
  type LimitEvent,
  type Sandbox,
  SandboxError,
  type SandboxFile,
  type SandboxMachine,
  type SandboxProcess,
  type Usage,
} from '@ringlab/labkit';
import type { EngineName } from '@ringlab/protocol';
import type { GuestMachine } from './guest-machine.ts';

export interface EnsembleParts {
  readonly sandbox: Sandbox;
  readonly machines: readonly SandboxMachine[];
  /** The same ones, running. */
  readonly running: readonly GuestMachine[];
}

/** A sandbox with virtual machines beside its programs. It is as dead as the first of them that dies. */
export class Ensemble implements Sandbox {
  readonly id: string;
  readonly engine: EngineName;
  readonly workspace: string;
  readonly machines: readonly SandboxMachine[];
  readonly #sandbox: Sandbox;
  readonly #running: readonly GuestMachine[];
  readonly #onGone: () => void;

  constructor({ sandbox, machines, running }: EnsembleParts, onGone: () => void) {
    this.id = sandbox.id;
    this.engine = sandbox.engine;
    this.workspace = sandbox.workspace;
    this.machines = machines;
    this.#sandbox = sandbox;
    this.#running = running;
    this.#onGone = onGone;
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<SandboxProcess> {
    const { machine: name } = options;
    if (name === undefined) return await this.#sandbox.exec(argv, options);
    const machine = this.#running.find((each) => each.name === name);
    if (machine === undefined) throw new SandboxError(`There is no machine ${name} in this sandbox.`);
    return await machine.exec(argv, options);
  }

  async put(files: Iterable<SandboxFile>): Promise<void> {
    for (const machine of this.#running) machine.mustLive();
    await this.#sandbox.put(files);
  }

  get(paths: readonly string[]): Promise<SandboxFile[]> {
    return this.#sandbox.get(paths);
  }

  remove(paths: readonly string[]): Promise<void> {
    return this.#sandbox.remove(paths);
  }

  usage(): Promise<Usage> {
    return this.#sandbox.usage();
  }

  onLimit(listener: (event: LimitEvent) => void): void {
    this.#sandbox.onLimit(listener);
    for (const machine of this.#running) machine.onLimit(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.map((machine) => machine[Symbol.asyncDispose]()));
    await this.#sandbox[Symbol.asyncDispose]();
    this.#onGone();
  }
}
