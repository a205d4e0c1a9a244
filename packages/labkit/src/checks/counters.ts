// SPDX-License-Identifier: BSD-2-Clause
import {
  countedPorts,
  type NmstatPort,
  type NmstatRing,
  type NmstatSample,
  parseNmstatLine,
} from '@ringlab/netmap-bindings/layout';
import type { Sandbox, SandboxProcess } from '../sandbox.ts';
import { LONGEST_NMSTAT_CHARACTERS, lines } from './lines.ts';

/** What all ports of the sandbox counted, at one moment. */
export class Counters {
  readonly sample: NmstatSample;
  readonly #ports: readonly NmstatPort[];

  constructor(sample: NmstatSample) {
    this.sample = sample;
    this.#ports = sample.ports.flatMap(countedPorts);
  }

  /** The host rings of a device that has them in use are a port `eth0^`. */
  port(name: string): NmstatPort | undefined {
    return this.#ports.find((port) => port.name === name);
  }

  /** One number of all the rings of one direction, together; 0 for a port that is not there. */
  total(name: string, dir: 'tx' | 'rx', counter: 'packets' | 'bytes' | 'drops' | 'bad' | 'syncs'): number {
    return this.#rings(name, dir).reduce((sum, ring) => sum + ring[counter], 0);
  }

  /** Packets that arrived at a port, and were taken by nobody yet. */
  unread(name: string): number {
    return this.#rings(name, 'rx').reduce((sum, ring) => sum + distance(ring.hwcur, ring.hwtail, ring), 0);
  }

  /** Free slots on the side that sends, as its program last saw them; 0 for a pipe whose reader is behind. */
  room(name: string): number {
    return this.#rings(name, 'tx').reduce((sum, ring) => sum + distance(ring.hwcur, ring.hwtail, ring), 0);
  }

  /** Whether a program has this port open; a pipe's end is listed as soon as the other end is open. */
  isOpen(name: string): boolean {
    return (this.port(name)?.users ?? 0) > 0;
  }

  /** Equal for two samples between which nothing moved. Sync calls are not movement. */
  get movement(): string {
    return this.sample.ports
      .flatMap(({ name, rings }) =>
        rings.map((r) => `${name} ${r.dir} ${r.packets} ${r.drops} ${r.hwcur} ${r.hwtail}`),
      )
      .join('\n');
  }

  #rings(name: string, dir: 'tx' | 'rx'): readonly NmstatRing[] {
    return this.port(name)?.rings.filter((ring) => ring.dir === dir) ?? [];
  }
}

function distance(from: number, to: number, { slots }: NmstatRing): number {
  return slots === 0 ? 0 : (to - from + slots) % slots;
}

/**
 * Reads counters on request. A shell in the sandbox runs nmstat once for each line it reads, so that every answer was
 * measured after its question, however late this process is served.
 */
export class CounterReader implements AsyncDisposable {
  readonly #shell: SandboxProcess;
  readonly #answers: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(shell: SandboxProcess) {
    this.#shell = shell;
    this.#answers = lines(shell.output, LONGEST_NMSTAT_CHARACTERS)[Symbol.asyncIterator]();
  }

  /** Of the sandbox, or of one of its machines. */
  static async open(sandbox: Sandbox, machine?: string): Promise<CounterReader> {
    return new CounterReader(
      await sandbox.exec(['sh', '-c', 'while read -r _; do nmstat --json || exit; done'], { machine }),
    );
  }

  /** Rejects when nmstat cannot run or says something else. */
  read(): Promise<Counters> {
    const answer = this.#last.then(() => this.#ask());
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #ask(): Promise<Counters> {
    this.#shell.write('\n');
    const { value, done } = await this.#answers.next();
    if (done === true)
      throw new Error(`nmstat cannot be run in this sandbox: ${(await this.#shell.exit).words}`);
    const sample = parseNmstatLine(value);
    if (!sample.ok) throw new Error(sample.message);
    return new Counters(sample.value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#shell.kill('SIGKILL');
    await this.#shell.exit;
  }
}
