// SPDX-License-Identifier: BSD-2-Clause
import type { EngineName, ExitStatus } from '@ringlab/protocol';

/** A place that runs programs and can harm nobody: what checks see of it, and what every driver provides. */
export interface Sandbox extends AsyncDisposable {
  readonly id: string;
  readonly engine: EngineName;
  /** Absolute path, inside the sandbox, of the workspace: the working directory of every process. */
  readonly workspace: string;
  /** Virtual machines beside its programs; their ports are open as long as the sandbox lives. None if left out. */
  readonly machines?: readonly SandboxMachine[];
  /** Why machines that were asked for are not there, a sentence. */
  readonly machinesMissing?: string;
  /**
   * Starts a program in the workspace, with netmap's tools on PATH and `/dev/netmap` working.
   * Rejects with SandboxError when the sandbox is gone or full; a program that cannot be found exits with 127.
   * With `machine`, all that is true inside that machine, whose workspace is first made the same as here.
   */
  exec(argv: readonly string[], options?: ExecOptions): Promise<SandboxProcess>;
  /** Writes files into the workspace, creating folders; an existing file is replaced as a whole. */
  put(files: Iterable<SandboxFile>): Promise<void>;
  /** Reads files; a path that is not there is left out of the answer. Rejects when one exceeds 16 MiB. */
  get(paths: readonly string[]): Promise<SandboxFile[]>;
  /** Removes files and folders of the workspace; a path that is not there is no error. */
  remove(paths: readonly string[]): Promise<void>;
  /** Of what is here, without its machines. */
  usage(): Promise<Usage>;
  /** Crossing a limit, in words for the attendee. Called at most once a second for each limit. */
  onLimit(listener: (event: LimitEvent) => void): void;
}

export interface SandboxFile {
  /** Relative to the workspace. */
  readonly path: string;
  readonly content: Uint8Array | string;
}

export type Namespace = 'here' | 'container';

/**
 * A veth pair: one end for the programs of the sandbox, the other in a network namespace of its own, whose stack answers.
 * Neither leads out of the sandbox.
 */
export interface SandboxInterface {
  readonly name: string;
  /** With its prefix: `10.8.0.1/24`. */
  readonly address: string;
  readonly peer: { readonly name: string; readonly address: string };
}

/**
 * A virtual machine that is a part of the sandbox: a kernel of its own, its programs, and what it reaches of the sandbox
 * is these ports. It starts with the sandbox and ends with it; when it dies, so does the sandbox.
 */
export interface SandboxMachine {
  /** Made of lower-case letters, digits and dashes. */
  readonly name: string;
  readonly ports: readonly MachinePort[];
}

/** A netmap port of the sandbox that a machine has. It is made with the machine, and nobody else's. */
export type MachinePort =
  | {
      /** A port of a switch or an end of a pipe, as on a command line: `vale0:vm1`, `netmap:p}1`. */
      readonly port: string;
      /** The port appears in the machine, where programs open it by the same name. */
      readonly by: 'passthrough';
    }
  | {
      /** As above; here it may be an interface of the sandbox, too: `netmap:veth0`. */
      readonly port: string;
      /** A network card of the machine is plugged into the port. Programs there have `netmap:INTERFACE`, and the kernel's stack. */
      readonly by: 'backend';
      /** The card's name in the machine. */
      readonly interface: string;
      /** The card's, with its prefix: `10.9.0.1/24`; without one the card is up, and the stack says nothing on it. */
      readonly address?: string | undefined;
    };

/** What a sandbox has beside its programs. */
export interface SandboxFittings {
  readonly interfaces: readonly SandboxInterface[];
  readonly machines: readonly SandboxMachine[];
  /** Where there cannot be machines, a sandbox without them is better than none. */
  readonly machinesOptional?: boolean;
  /** Who has to provide `/dev/netmap`; left out where either will do. */
  readonly engine?: EngineName | undefined;
}

export interface ExecOptions {
  /** A terminal of this size; without it stdin, stdout and stderr are pipes. */
  readonly pty?: { readonly cols: number; readonly rows: number };
  readonly env?: Readonly<Record<string, string>>;
  /** Only where the sandbox has interfaces: `container` is the network namespace that their other ends are in. */
  readonly namespace?: Namespace;
  /** The name of one of the sandbox's machines, in which the program then runs. */
  readonly machine?: string | undefined;
  /** Ended with SIGKILL after this long; none means as long as the sandbox lives. */
  readonly timeoutMs?: number;
}

/** One running program. Output that nobody reads stops the program, not the server: streams carry back-pressure. */
export interface SandboxProcess {
  /** The pty's bytes, or stdout. Ends after the last byte. */
  readonly output: AsyncIterable<Uint8Array>;
  /** Only without a pty. */
  readonly errors: AsyncIterable<Uint8Array>;
  /** Never rejects. Resolves after the process and, with a pty, its output ended. */
  readonly exit: Promise<ExitStatus>;
  /** Input for a program that does not read waits; beyond some MiB it is dropped, as a terminal drops it. */
  write(bytes: Uint8Array | string): void;
  /** Closes stdin; with a pty, sends end-of-file. */
  end(): void;
  resize(cols: number, rows: number): void;
  /** Processor time of the process and all its children so far; 0 after it ended. Rejects with SandboxError. */
  cpuMs(): Promise<number>;
  /** To the process and all its children. */
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
}

export interface Usage {
  readonly memoryBytes: number;
  readonly processes: number;
  readonly diskBytes: number;
  /** Since the sandbox was created. */
  readonly cpuMs: number;
}

export type LimitName =
  | 'memory'
  | 'processes'
  | 'cpu'
  | 'wall-clock'
  | 'file-size'
  | 'disk'
  | 'open-files'
  | 'terminals'
  | 'output-rate';

export interface LimitEvent {
  readonly limit: LimitName;
  /** A sentence: what was crossed, the limit with its unit, and what happened. */
  readonly words: string;
}

export class SandboxError extends Error {
  override readonly name = 'SandboxError';
}
