// SPDX-License-Identifier: BSD-2-Clause
import type { Packet } from '@ringlab/netmap-bindings/layout';
import type { ExecOptions, Namespace } from '../sandbox.ts';
import type { Counters } from './counters.ts';
import type { Program } from './program.ts';

/** Where a program runs: in a machine of the lab's, or in the container of its interfaces. */
export type Place = Pick<ExecOptions, 'machine' | 'namespace'>;

/** What a check can do: all of it happens in the sandbox, and ends with the check. */
export interface CheckContext {
  /** Aborted when somebody stops the check; every wait here ends with it. */
  readonly signal: AbortSignal;
  /** Starts a program in the workspace: the attendee's, or any of the sandbox's tools. Its output is kept. */
  start(argv: readonly string[], place?: Namespace | Place): Promise<Program>;
  /**
   * Starts the attendee's program and waits until all these ports are open. When it ends before that, or never
   * opens them, the check fails in words. In a machine, they are ports as programs there name them.
   */
  startWithPorts(
    argv: readonly string[],
    ports: readonly string[],
    place?: Pick<Place, 'machine'>,
  ): Promise<Program>;
  /** Sends and captures. All ports are opened before the first packet is sent. */
  exchange(plan: ExchangePlan): Promise<Exchanged>;
  /**
   * What every port counted up to now. A port that a machine has counts here all the time; inside the machine, where
   * `machine` asks, it is there while a program has it open.
   */
  counters(machine?: string): Promise<Counters>;
  /** Reads the counters until `condition` holds, or until `giveUpMs` have gone by: then false. */
  until(condition: (counters: Counters) => boolean, giveUpMs?: number): Promise<boolean>;
  /** Does nothing for so long, to see what a program does when nothing happens. Rejects when the check is stopped. */
  pause(ms: number): Promise<void>;
  /** Puts files beside the attendee's, under a folder of the check's own; gives back that folder, relative. */
  put(files: Readonly<Record<string, string | Uint8Array>>): Promise<string>;
}

/** A packet as a value, or the bytes of a frame that no value describes. */
export type Frame = Packet | Uint8Array;

export interface ExchangePlan {
  /** Port names to the frames that are sent into them, in order. */
  readonly send?: Readonly<Record<string, readonly Frame[]>>;
  /** Ports whose arrivals are kept. */
  readonly capture?: readonly string[];
  /** Everything that had to happen has happened: the capture ends shortly after. */
  readonly until: (counters: Counters) => boolean;
  /** Where the ports are opened; `here` if left out. */
  readonly namespace?: Namespace;
  /** When `until` never holds, the capture ends after so long without a change of any counter. */
  readonly quietMs?: number;
}

export interface Exchanged {
  /** By port name; a port that was asked for is there. */
  readonly captured: Readonly<Record<string, readonly Uint8Array[]>>;
  /** Whether `until` held. */
  readonly settled: boolean;
}
