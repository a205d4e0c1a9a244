// SPDX-License-Identifier: BSD-2-Clause
import type { SandboxProcess } from '@ringlab/labkit';

const MEASURE_MS = 1000;

interface Measured {
  readonly cpuMs: number;
  readonly atMs: number;
}

/** Measures once a second how much of a processor each of some programs uses. */
export class CpuShares implements Disposable {
  readonly #onShares: (shares: ReadonlyMap<string, number>) => void;
  readonly #timer: NodeJS.Timeout;
  #before: ReadonlyMap<string, Measured> = new Map();

  /** `running` gives the programs of the moment, by name; 1 is one whole processor. */
  constructor(
    running: () => ReadonlyMap<string, SandboxProcess>,
    onShares: (shares: ReadonlyMap<string, number>) => void,
  ) {
    this.#onShares = onShares;
    this.#timer = setInterval(() => void this.#measure(running()).catch(() => undefined), MEASURE_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #measure(running: ReadonlyMap<string, SandboxProcess>): Promise<void> {
    const measure = async ([name, process]: [string, SandboxProcess]): Promise<[string, Measured]> => [
      name,
      { cpuMs: await process.cpuMs(), atMs: performance.now() },
    ];
    const now = new Map(await Promise.all([...running].map(measure)));
    const before = this.#before;
    this.#before = now;
    const shares = [...now].flatMap(([name, measured]) => shareOf(name, before.get(name), measured));
    this.#onShares(new Map(shares));
  }
}

function shareOf(name: string, before: Measured | undefined, now: Measured): [string, number][] {
  if (!before || now.cpuMs < before.cpuMs) return [];
  return [[name, Math.round(((now.cpuMs - before.cpuMs) / (now.atMs - before.atMs)) * 100) / 100]];
}
