// SPDX-License-Identifier: BSD-2-Clause
import { LONGEST_NMSTAT_CHARACTERS, lines, type Sandbox, type SandboxProcess } from '@ringlab/labkit';
import { type NmstatPoint, type NmstatSample, parseNmstatLine } from '@ringlab/netmap-bindings/layout';
import type { PortRate } from '@ringlab/protocol';
import { ratesBetween } from './rates.ts';

/** Nmstat reads this often, so that a process that waits for a port waits shortly. */
const READ_MS = 50;
/** Rates are told this often. */
const TELL_MS = 100;

export interface Reading {
  readonly tMs: number;
  readonly ports: PortRate[];
  /** What programs have measured so far. */
  readonly points: readonly NmstatPoint[];
}

/** Reads the counters of one sandbox's ports as long as it lives. */
export class RateWatch implements Disposable {
  readonly #onReading: (reading: Reading) => void;
  readonly #portWaiters = new Set<() => void>();
  #process: SandboxProcess | undefined;
  #told: NmstatSample | undefined;
  #ports: ReadonlySet<string> = new Set();
  /** Netmap in the kernel tells of the ports of switches alone. */
  #tellsAll = true;
  #clockMs: number | undefined;

  constructor(onReading: (reading: Reading) => void) {
    this.#onReading = onReading;
  }

  /** Resolves when the first reading can come soon; counting goes on until the sandbox ends, or this is disposed of. */
  async start(sandbox: Sandbox): Promise<void> {
    this.#process = await sandbox.exec(['nmstat', '--json', '--interfaces', `--watch=${READ_MS}`]);
    void this.#read(this.#process).catch((fault) => console.error('nmstat could not be read:', fault));
  }

  /** Resolves when all these ports exist, as far as they are told of, with an empty list, or with those that still do not when the time is up. */
  async untilPorts(names: readonly string[], waitMs: number, signal: AbortSignal): Promise<string[]> {
    const deadline = AbortSignal.any([AbortSignal.timeout(waitMs), signal]);
    while (this.#missing(names).length > 0 && !deadline.aborted) await this.#nextReading(deadline);
    return this.#missing(names);
  }

  [Symbol.dispose](): void {
    this.#process?.kill('SIGKILL');
  }

  #missing(names: readonly string[]): string[] {
    const isTold = (name: string) => this.#tellsAll || name.startsWith('vale');
    return names.filter((name) => isTold(name) && !this.#ports.has(name));
  }

  #nextReading(deadline: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#portWaiters.delete(done);
        deadline.removeEventListener('abort', done);
        resolve();
      };
      this.#portWaiters.add(done);
      deadline.addEventListener('abort', done);
    });
  }

  async #read(process: SandboxProcess): Promise<void> {
    let complained = false;
    void this.#discard(process.errors);
    let parsedAtMs = Number.NEGATIVE_INFINITY;
    for await (const line of lines(process.output, LONGEST_NMSTAT_CHARACTERS)) {
      // A program of the sandbox may write into nmstat's pipe: what comes more often than nmstat reads is not looked at.
      if (performance.now() - parsedAtMs < READ_MS / 2) continue;
      parsedAtMs = performance.now();
      const parsed = parseNmstatLine(line);
      if (parsed.ok) this.#sampled(parsed.value);
      else if (!complained) console.error(parsed.message);
      complained ||= !parsed.ok;
    }
  }

  async #discard(stream: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const _ of stream);
  }

  #sampled(sample: NmstatSample): void {
    this.#ports = new Set(sample.ports.map(({ name }) => name));
    this.#tellsAll = sample.engine === 'unetmap';
    for (const wake of [...this.#portWaiters]) wake();
    const sinceMs = this.#told ? (sample.ts_us - this.#told.ts_us) / 1000 : TELL_MS;
    // Half a reading early is as near as it gets.
    if (sinceMs < TELL_MS - READ_MS / 2) return;
    const ports = ratesBetween(this.#told, sample);
    this.#told = sample;
    this.#onReading({ tMs: this.#wallClockMs(sample), ports, points: sample.points ?? [] });
  }

  /** The sandbox's clock is exact about distances, this server's about the time of day. */
  #wallClockMs({ ts_us }: NmstatSample): number {
    this.#clockMs ??= Date.now() - ts_us / 1000;
    return Math.round(this.#clockMs + ts_us / 1000);
  }
}
