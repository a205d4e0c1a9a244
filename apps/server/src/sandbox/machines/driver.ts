// SPDX-License-Identifier: BSD-2-Clause

import { type Sandbox, SandboxError } from '@ringlab/labkit';
import { BubblewrapDriver, type BubblewrapOptions } from '../bubblewrap/driver.ts';
import type { DriverStatus, SandboxDriver, SandboxSpec } from '../driver.ts';
import type { Accelerator, MachineShape } from '../qemu/arguments.ts';
import { MachineMaker, type MakerOptions, machineBytes } from '../qemu/maker.ts';
import { Ensemble } from './ensemble.ts';
import { GuestMachine, MACHINE } from './guest-machine.ts';
import { SandboxRoot } from './sandbox-root.ts';

const MACHINE_MIB = 384;
/** What is emulated is slow; but what it talks to in the sandbox must not stand still for it. */
const SHARES = 4;

export type MachinesOptions = BubblewrapOptions & Pick<MakerOptions, 'imagesDir' | 'cacheDir' | 'snapshots'>;

/** bubblewrap's sandboxes, with virtual machines beside the programs where a lab asks for some. */
export class BubblewrapWithMachines implements SandboxDriver {
  readonly name = 'bubblewrap';
  machinesWords: string | undefined;
  readonly #inner: BubblewrapDriver;
  readonly #maker: MachineMaker;
  readonly #living = new Set<AsyncDisposable>();

  constructor(options: MachinesOptions) {
    this.#inner = new BubblewrapDriver(options);
    this.#maker = new MachineMaker({
      ...options,
      name: 'machines',
      shares: SHARES,
      common: MACHINE,
      shape: machineShape,
    });
  }

  probe(): Promise<DriverStatus> {
    return this.#inner.probe();
  }

  async readyMachines(): Promise<string | undefined> {
    try {
      const { why } = await this.#maker.ready();
      if (this.machinesWords !== why) console.log(`Virtual machines of labs: ${why}`);
      this.machinesWords = why;
      return undefined;
    } catch (error) {
      return `This lab has virtual machines in it. ${(error as Error).message}`;
    }
  }

  memoryBytes({ limits, machines = [] }: Pick<SandboxSpec, 'limits' | 'machines'>): number {
    return limits.memoryBytes + machines.length * machineBytes(machineShape('tcg'));
  }

  async create(spec: SandboxSpec): Promise<Sandbox> {
    const { machines = [], machinesOptional = false, ...plain } = spec;
    if (machines.length === 0) return await this.#inner.create(plain);
    const missing = await this.readyMachines();
    if (missing !== undefined && !machinesOptional) throw new SandboxError(missing);
    if (missing !== undefined)
      return Object.assign(await this.#inner.create(plain), { machinesMissing: missing });
    await using undo = new AsyncDisposableStack();
    const { sandbox, holderPid } = await this.#inner.createHeld(plain);
    undo.use(sandbox);
    const root = await SandboxRoot.of(holderPid);
    const place = { id: spec.id, sandbox, root, maker: this.#maker };
    const starting = machines.map((machine, number) => GuestMachine.start(machine, { ...place, number }));
    const running = await allOf(starting);
    undo.move();
    const ensemble: Sandbox = new Ensemble({ sandbox, machines, running }, () =>
      this.#living.delete(ensemble),
    );
    this.#living.add(ensemble);
    return ensemble;
  }

  adopt(): AsyncIterable<Sandbox> {
    return this.#inner.adopt();
  }

  /** Ends every sandbox. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#living].map((ensemble) => ensemble[Symbol.asyncDispose]()));
    await this.#maker[Symbol.asyncDispose]();
    await this.#inner[Symbol.asyncDispose]();
  }
}

/** All, or none: those that did start are ended when one did not. */
async function allOf<T extends AsyncDisposable>(starting: readonly Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(starting);
  const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return started;
  await Promise.all(started.map((each) => each[Symbol.asyncDispose]()));
  throw failed.reason;
}

function machineShape(accelerator: Accelerator): MachineShape {
  return { accelerator, memoryMib: MACHINE_MIB, processors: 1, devices: [] };
}
