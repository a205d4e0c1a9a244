// SPDX-License-Identifier: BSD-2-Clause
import { SandboxError } from '@ringlab/labkit';
import type { EngineName } from '@ringlab/protocol';
import type { SandboxSpec } from '../driver.ts';

/** Where what the server brings lies on the host; its name changes with every source. */
export interface Brought {
  readonly agentFolder: string;
  readonly etcFolder: string;
}

/** What somebody prepared there, as the host itself says. */
export interface RemoteHost {
  readonly system: HostSystem;
  /** Of everything that the server puts there. */
  readonly folder: string;
  /** The system's, without the kernel's where the user may open no /dev/netmap. */
  readonly engines: readonly EngineName[];
  /** What it said of its top folders: `link bin usr/bin`, `folder sbin`. */
  readonly tops: readonly (readonly string[])[];
}

/** A lock's holder has the host, whichever server it came from; the lock goes with the sandbox. */
export interface LaunchCommand {
  readonly command: string;
  /** What it exits with when another server has the host. */
  readonly busyCode: number;
}

/** What differs with the system that a host runs. */
export interface HostSystem {
  /** Each by what the host says of it, and in words. */
  readonly needs: readonly (readonly [fact: string, what: string])[];
  /** Of a sandbox that nobody asked to have a certain one. */
  readonly engine: EngineName;
  readonly engines: readonly EngineName[];
  /** Compiles what is in the current folder into the one above it. */
  readonly compile: string;
  /** Prints a byte when the agent can be reached on the socket. Everything that a program writes there is in memory. */
  launch(
    host: RemoteHost,
    brought: Brought,
    spec: Pick<SandboxSpec, 'limits' | 'interfaces'> & {
      readonly engine: EngineName;
      readonly holder: string;
    },
  ): LaunchCommand;
  /** Of every program. */
  environment(engine: EngineName): Readonly<Record<string, string>>;
}

/** Nothing is wrong with the host, but what was asked for it never has. */
export class Unfit extends SandboxError {}

export function socketOn(host: RemoteHost): string {
  return `${host.folder}/agent`;
}

export function lockOn(host: RemoteHost): string {
  return `${host.folder}/lock`;
}

/** Who has the lock, or had it last, in words for others. */
export function holderOn(host: RemoteHost): string {
  return `${host.folder}/holder`;
}

/** The same command, which first notes who is about to run it; nothing depends on that. */
export function noting(
  host: RemoteHost,
  holder: string,
  words: readonly (string | number)[],
): (string | number)[] {
  return ['sh', '-c', 'echo "$1" > "$2"; shift 2; exec "$@"', 'sh', holder, holderOn(host), ...words];
}

/** There is nobody outside who could hold them. */
export const NOTHING_OUTSIDE = { memory: false, processes: false };
