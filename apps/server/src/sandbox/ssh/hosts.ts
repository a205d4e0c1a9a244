// SPDX-License-Identifier: BSD-2-Clause
import { SandboxError } from '@ringlab/labkit';
import { type HostAddress, parseHost } from '../over-ssh/host-address.ts';

/** Who has which host, and which of them cannot be used just now. */
export class Hosts implements Disposable {
  readonly #texts: readonly string[];
  readonly #taken = new Set<string>();
  readonly #lost = new Set<string>();
  readonly #lookAgain: (address: HostAddress) => Promise<void>;
  readonly #periodMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** `lookAgain` rejects while a host that was lost still cannot be used; it is called every `periodMs` for each. */
  constructor(
    texts: readonly string[],
    lookAgain: (address: HostAddress) => Promise<void>,
    periodMs: number,
  ) {
    this.#texts = texts;
    this.#lookAgain = lookAgain;
    this.#periodMs = periodMs;
  }

  /** Throws SandboxError when one is named as none can be. */
  get all(): HostAddress[] {
    return this.#texts.map(addressOf);
  }

  /** Those that can be used, whether somebody has them or not; one if there are none, so that somebody finds out why. */
  get seats(): number {
    return Math.max(Math.min(1, this.#texts.length), this.#texts.length - this.#lost.size);
  }

  /** Nobody has them; those that were lost come last. */
  get free(): HostAddress[] {
    const free = this.all.filter((address) => !this.#taken.has(keyOf(address)));
    return [...free.filter((address) => !this.#isLost(address)), ...free.filter(this.#isLost)];
  }

  get someAreTaken(): boolean {
    return this.#taken.size > 0;
  }

  /** Undefined when somebody has it. */
  take(address: HostAddress): Disposable | undefined {
    const key = keyOf(address);
    if (this.#taken.has(key)) return undefined;
    this.#taken.add(key);
    return { [Symbol.dispose]: () => void this.#taken.delete(key) };
  }

  found(address: HostAddress): void {
    this.#lost.delete(keyOf(address));
  }

  lost(address: HostAddress): void {
    this.#lost.add(keyOf(address));
    this.#timer ??= setInterval(() => void this.#lookForLost(), this.#periodMs).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  readonly #isLost = (address: HostAddress): boolean => this.#lost.has(keyOf(address));

  async #lookForLost(): Promise<void> {
    const look = async (address: HostAddress) => {
      await this.#lookAgain(address);
      this.found(address);
    };
    await Promise.allSettled(this.free.filter(this.#isLost).map(look));
    if (this.#lost.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function addressOf(text: string): HostAddress {
  const address = parseHost(text);
  if (address === undefined)
    throw new SandboxError(`RINGLAB_SSH_HOSTS names "${text}", which is not user@host or user@host:port.`);
  return address;
}

function keyOf({ user, host, port }: HostAddress): string {
  return `${user}@${host}:${port}`;
}
