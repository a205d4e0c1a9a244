// SPDX-License-Identifier: BSD-2-Clause

import {
  type ExecOptions,
  type LimitEvent,
  type Sandbox,
  SandboxError,
  type SandboxMachine,
  type SandboxProcess,
} from '@ringlab/labkit';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { Wanted } from '../qemu/guest.ts';
import type { MachineMaker, Made } from '../qemu/maker.ts';
import { sandboxIn } from '../qemu/sandbox-in.ts';
import { attachPorts } from './attach-ports.ts';
import { type ServedPort, servePort } from './port-tool.ts';
import type { SandboxRoot } from './sandbox-root.ts';
import { WorkspaceCopy } from './workspace-copy.ts';

const MIB = 1024 * 1024;
/** A machine runs programs that were built elsewhere: little is enough. */
const MACHINE_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  memoryBytes: 256 * MIB,
  diskBytes: 96 * MIB,
  scratchBytes: 32 * MIB,
};

/** What every machine is asked for. Ports that are passed through are unetmap's, whatever its kernel has. */
export const MACHINE: Wanted = { limits: MACHINE_LIMITS, holdsPorts: true, engine: 'unetmap' };

export interface MachinePlace {
  /** Of the sandbox. */
  readonly id: string;
  readonly sandbox: Sandbox;
  readonly root: SandboxRoot;
  readonly maker: MachineMaker;
  /** Which of the sandbox's machines it is, from 0. */
  readonly number: number;
}

/** One virtual machine of a sandbox: QEMU, the ports that it has, and the sandbox inside. */
export class GuestMachine implements AsyncDisposable {
  readonly name: string;
  readonly #inside: Sandbox;
  readonly #copy: WorkspaceCopy;
  readonly #owned: AsyncDisposableStack;
  /** Why it is of no use any more. */
  #why: string | undefined;

  private constructor(name: string, inside: Sandbox, copy: WorkspaceCopy, owned: AsyncDisposableStack) {
    this.name = name;
    this.#inside = inside;
    this.#copy = copy;
    this.#owned = owned;
  }

  /** Rejects with SandboxError. */
  static async start({ name, ports }: SandboxMachine, place: MachinePlace): Promise<GuestMachine> {
    await using undo = new AsyncDisposableStack();
    const served: ServedPort[] = [];
    for (const [number, port] of ports.entries())
      served.push(undo.use(await servePort(port, { ...place, machine: place.number, number })));
    const given = served.map((each) => each.given);
    const made = undo.use(await place.maker.make(MACHINE, given));
    await made.machine.whileItLives(attachPorts(made, served));
    const spec = { id: `${place.id}-${name}`, limits: MACHINE_LIMITS };
    const inside = undo.use(await sandboxIn(made, spec, `its machine ${name}`, () => undefined));
    const copy = new WorkspaceCopy(place.sandbox, inside);
    const machine = new GuestMachine(name, inside, copy, undo.move());
    machine.#watch(made, served);
    return machine;
  }

  /** Throws SandboxError when it is of no use any more. */
  mustLive(): void {
    if (this.#why !== undefined) throw new SandboxError(`${this.#why} Run again to get a new one.`);
  }

  async exec(argv: readonly string[], options: ExecOptions): Promise<SandboxProcess> {
    this.mustLive();
    try {
      await this.#copy.bring();
      return await this.#inside.exec(argv, { ...options, machine: undefined });
    } catch (error) {
      this.mustLive();
      throw error;
    }
  }

  onLimit(listener: (event: LimitEvent) => void): void {
    this.#inside.onLimit(({ limit, words }) => listener({ limit, words: `In ${this.name}: ${words}` }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#why ??= `The machine ${this.name} has ended.`;
    await this.#owned.disposeAsync();
  }

  /** A machine without one of its ports is of no use either. */
  #watch({ machine }: Made, served: readonly ServedPort[]): void {
    void machine.ended.then(async () => {
      this.#why ??= `The machine ${this.name} ${await machine.howItEnded()}.`;
    });
    for (const { port, ended } of served)
      void ended.then(async (how) => {
        this.#why ??= `The machine ${this.name} has lost its port ${port.port}, whose program ${how}.`;
        await machine[Symbol.asyncDispose]();
      });
  }
}
