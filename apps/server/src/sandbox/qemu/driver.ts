// SPDX-License-Identifier: BSD-2-Clause

import { availableParallelism } from 'node:os';
import type { Sandbox } from '@ringlab/labkit';
import type { AgentSandbox } from '../agent/sandbox.ts';
import { type DriverStatus, refuseMachines, type SandboxDriver, type SandboxSpec } from '../driver.ts';
import { ImageFault } from '../image.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { Accelerator, MachineShape } from './arguments.ts';
import type { GuestFindings } from './guest.ts';
import { MachineMaker, machineBytes } from './maker.ts';
import { sandboxIn } from './sandbox-in.ts';

/** The guest's kernel, sshd, and room to breathe, beyond what programs may use. */
const GUEST_MIB = 256;
const LEAST_MIB = 1024;
const MOST_PROCESSORS = 2;
/** A machine emulates a kernel and devices beside the programs, and stumbles when it gets too little. */
const SHARES = 8;
const MIB = 1024 * 1024;

export interface QemuOptions {
  readonly dataDir: string;
  /** Where `pnpm images build vm` puts the image. */
  readonly imagesDir: string;
  /** Where snapshots are kept, if not in the data folder. */
  readonly cacheDir?: string | undefined;
  /** Those that nearly every sandbox will have: snapshots are made with them. */
  readonly limits?: Limits;
  /** How often guests are asked whether they live, in ms; see MachineSpec. */
  readonly alivePeriodMs?: number;
  /** False boots every machine; for measuring. */
  readonly snapshots?: boolean;
  /** What the host calls `/dev/kvm`. */
  readonly kvmDevice?: string;
}

/** A virtual machine for each sandbox, and in it the same agent and the same view as elsewhere. */
export class QemuDriver implements SandboxDriver {
  readonly name = 'qemu';
  readonly image = 'vm';
  /** Where nothing helps the emulation; the first probe knows better. */
  slowness = 10;
  readonly #limits: Limits;
  readonly #maker: MachineMaker;
  readonly #living = new Set<AsyncDisposable>();

  constructor(options: QemuOptions) {
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#maker = new MachineMaker({
      ...options,
      ...{ common: { limits: this.#limits }, shape: shapeFor, shares: SHARES },
    });
  }

  async probe(): Promise<DriverStatus> {
    try {
      const { accelerator, why } = await this.#maker.ready();
      if (accelerator === 'kvm') this.slowness = 2;
      const made = await this.#make({ id: 'probe', limits: this.#limits });
      await using sandbox = made.sandbox;
      const { engine } = sandbox;
      // A device that is there proves nothing, and this asks it.
      const { code, words } = await (await sandbox.exec(['nmstat', '--json'])).exit;
      if (code !== 0)
        return {
          usable: false,
          message: `A virtual machine starts, but nmstat in it, with netmap from ${engine}, ${words}.`,
        };
      return {
        ...{ usable: true, engine, engines: engine === 'kernel' ? ['kernel', 'unetmap'] : ['unetmap'] },
        message: ['qemu works.', why, ...complaint(made.found)].join(' '),
      };
    } catch (error) {
      return { usable: false, message: (error as Error).message, lacksImage: error instanceof ImageFault };
    }
  }

  memoryBytes({ limits }: Pick<SandboxSpec, 'limits'>): number {
    return machineBytes(shapeFor('tcg', limits));
  }

  async create(spec: SandboxSpec): Promise<Sandbox> {
    return (await this.#make(spec)).sandbox;
  }

  async *adopt(): AsyncIterable<Sandbox> {
    await this.#maker.sweep();
    yield* [];
  }

  /** Ends every sandbox. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#living].map((sandbox) => sandbox[Symbol.asyncDispose]()));
    await this.#maker[Symbol.asyncDispose]();
  }

  async #make(spec: SandboxSpec): Promise<{ readonly sandbox: AgentSandbox; readonly found: GuestFindings }> {
    refuseMachines(spec);
    const made = await this.#maker.make(spec);
    const sandbox = await sandboxIn(made, spec, 'its virtual machine', () => this.#living.delete(sandbox));
    this.#living.add(sandbox);
    return { sandbox, found: made.found };
  }
}

function complaint({ notLoaded }: GuestFindings): string[] {
  return notLoaded === '' ? [] : [`What was added to its image was not loaded: ${notLoaded}.`];
}

/** Of a machine for a sandbox with these limits. */
export function shapeFor(accelerator: Accelerator, { memoryBytes }: Limits): MachineShape {
  const wanted = Math.ceil((memoryBytes / MIB + GUEST_MIB) / GUEST_MIB) * GUEST_MIB;
  const processors = Math.min(MOST_PROCESSORS, availableParallelism());
  return { accelerator, memoryMib: Math.max(LEAST_MIB, wanted), processors, devices: [] };
}
