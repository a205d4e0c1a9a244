// SPDX-License-Identifier: BSD-2-Clause

import { type Sandbox, SandboxError, type SandboxInterface, type SandboxMachine } from '@ringlab/labkit';
import type { DriverName, EngineName } from '@ringlab/protocol';
import type { ImageShape } from './image-build.ts';
import type { Limits } from './limits.ts';

/** A kind of sandbox. `driver.contract.ts` says in tests what each must do. */
export interface SandboxDriver extends AsyncDisposable {
  readonly name: DriverName;
  /** About how many times longer than on this machine's own processor a program takes there; 1 where it is not said. */
  readonly slowness?: number;
  /**
   * How many sandboxes there can be at a time, where each takes something that nobody else may have then. It changes as
   * such things are lost and found again.
   */
  readonly seats?: number;
  /** The most that such a sandbox takes of this machine's memory; the limit for its programs if left out. */
  memoryBytes?(spec: Pick<SandboxSpec, 'limits' | 'machines'>): number;
  /** Which of the images it starts sandboxes from, if any. */
  readonly image?: ImageShape;
  /** Tries the real thing, never trusts that a file exists. Never rejects. */
  probe(): Promise<DriverStatus>;
  /**
   * Readies what machines beside its sandboxes start from, so that the first one need not wait for it. Undefined when
   * there can be some; else what is missing and the command that mends it. Left out where there never are any.
   */
  readyMachines?(): Promise<string | undefined>;
  /** How they run, for the operator; there when they are ready. */
  readonly machinesWords?: string | undefined;
  /** Rejects with SandboxError, whose message an attendee can act on. */
  create(spec: SandboxSpec): Promise<Sandbox>;
  /**
   * Lets the server after this one find a sandbox under the id that it is used for by now. Never rejects. Left out where
   * sandboxes end with their server.
   */
  rename?(sandbox: Sandbox, id: string): Promise<void>;
  /** What survived a restart of the server; what cannot be used any more is removed on the way. */
  adopt(): AsyncIterable<Sandbox>;
}

export type DriverStatus =
  | {
      readonly usable: true;
      /** Of sandboxes for which no other is asked. */
      readonly engine: EngineName;
      /** All that can be asked for; that one alone if left out. */
      readonly engines?: readonly EngineName[];
      readonly message: string;
    }
  /** `message`: what is missing and the command or setting that mends it. */
  | { readonly usable: false; readonly message: string; readonly lacksImage?: boolean };

export type UsableDriver = DriverStatus & { readonly usable: true };

/** One that works. */
export interface ChosenDriver {
  readonly driver: SandboxDriver;
  readonly status: UsableDriver;
}

/** Why a lab with these needs cannot be had where these engines are, a sentence. */
export function whyNoEngine(
  needs: { readonly engines: readonly EngineName[] },
  engines: readonly EngineName[],
): string | undefined {
  if (engines.some((engine) => needs.engines.includes(engine))) return undefined;
  return `This lab needs the engine ${needs.engines.join(' or ')}; here netmap is provided by ${engines.join(' or ')}.`;
}

export function enginesOf({ engine, engines = [engine] }: UsableDriver): readonly EngineName[] {
  return engines;
}

export interface SandboxSpec {
  /** Stable over restarts: `<personId>-<lab>`, `check-<id>`, `pool-<n>`; letters, digits, dashes. */
  readonly id: string;
  readonly limits: Limits;
  /** None if left out. A driver that cannot make them says so by rejecting. */
  readonly interfaces?: readonly SandboxInterface[];
  /** None if left out. A driver that cannot have them beside its sandboxes says so by rejecting. */
  readonly machines?: readonly SandboxMachine[];
  /** It says so in place of rejecting when there cannot be any: `machinesMissing`. */
  readonly machinesOptional?: boolean;
  /** Who provides `/dev/netmap`; the driver's own choice if not said. One that cannot rejects with SandboxError. */
  readonly engine?: EngineName | undefined;
}

/** Every seat is taken, perhaps because one was lost just now: whoever waits for seats goes on waiting. */
export class NoSeat extends SandboxError {}

/** For drivers whose sandboxes never have machines beside them. Throws SandboxError. */
export function refuseMachines({ machines = [] }: SandboxSpec): void {
  if (machines.length > 0)
    throw new SandboxError(
      'This lab has virtual machines in it, which only sandboxes of bubblewrap have. Set RINGLAB_DRIVER=bubblewrap.',
    );
}
