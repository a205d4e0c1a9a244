// SPDX-License-Identifier: BSD-2-Clause
import { type Sandbox, SandboxError, type SandboxFittings } from '@ringlab/labkit';
import type { RunState, SandboxStatus } from '@ringlab/protocol';
import { enginesOf, type SandboxDriver, type UsableDriver } from '../sandbox/driver.ts';
import type { Limits } from '../sandbox/limits.ts';
import { SandboxPool } from '../sandbox/pool.ts';
import type { SandboxSource } from './held-sandbox.ts';
import type { Survivors } from './survivors.ts';

/** The driver that works here, or why none does. */
export type DriverChoice =
  | {
      readonly driver: SandboxDriver;
      readonly status: UsableDriver;
    }
  | { readonly why: string };

/** Sandboxes of the driver that works here; without one, the reason, each time one is asked for. */
export class SandboxSupply implements SandboxSource, AsyncDisposable {
  readonly status: SandboxStatus;
  readonly #pool: SandboxPool | undefined;
  readonly #driver: SandboxDriver | undefined;
  readonly #survivors: Survivors;

  constructor(choice: DriverChoice, limits: Limits, poolSandboxes: number, survivors: Survivors) {
    this.#survivors = survivors;
    if ('why' in choice) {
      this.status = { usable: false, message: choice.why };
      return;
    }
    const { driver, status } = choice;
    this.#driver = driver;
    const { engine, message } = status;
    this.status = { usable: true, driver: driver.name, engine, engines: [...enginesOf(status)], message };
    this.#pool = new SandboxPool({ driver, limits, size: poolSandboxes });
  }

  async take(id: string, fittings: SandboxFittings): Promise<Sandbox> {
    if (!this.#pool) throw new SandboxError(this.status.message);
    return (await this.#survivors.take(id)) ?? (await this.#pool.take(id, fittings));
  }

  /** What is missing, whoever runs the lab is told. */
  expectMachines(): void {
    void this.#driver?.readyMachines?.();
  }

  engine(): Pick<RunState, 'driver' | 'engine'> {
    const { driver, engine } = this.status;
    if (!driver || !engine) throw new SandboxError(this.status.message);
    return { driver, engine };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.[Symbol.asyncDispose]();
  }
}
