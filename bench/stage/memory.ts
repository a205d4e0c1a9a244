// SPDX-License-Identifier: BSD-2-Clause
import { readFileSync } from 'node:fs';

const KIB = 1024;
export const MIB = 1024 * KIB;

/** Resident memory of one process, as proc(5) counts it. */
export function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * KIB;
}

/** The most that `read` answered until it is disposed of. */
export class Peak implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #most = 0;

  constructor(read: () => number | Promise<number>, everyMs = 200) {
    const look = async (): Promise<void> => {
      this.#most = Math.max(this.#most, await read());
    };
    this.#timer = setInterval(() => void look().catch(() => {}), everyMs);
  }

  get most(): number {
    return this.#most;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
