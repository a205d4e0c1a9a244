// SPDX-License-Identifier: BSD-2-Clause
import { createHash, randomBytes } from 'node:crypto';

/** Long enough to walk to somebody's seat; the link works once. */
const VALID_MS = 15 * 60_000;

interface Given {
  readonly personId: string;
  readonly untilMs: number;
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');

/** Links with which a browser that lost its cookie becomes a person again. They end with the server. */
export class ReturnLinks {
  readonly #given = new Map<string, Given>();

  /** A former link of the same person ends. */
  give(personId: string): { token: string; validMs: number } {
    this.#forget((given) => given.personId === personId);
    const token = randomBytes(24).toString('base64url');
    this.#given.set(hashOf(token), { personId, untilMs: Date.now() + VALID_MS });
    return { token, validMs: VALID_MS };
  }

  /** Whose link this is, for the one time that it works. */
  take(token: string): string | undefined {
    this.#forget(({ untilMs }) => untilMs <= Date.now());
    const key = hashOf(token);
    const personId = this.#given.get(key)?.personId;
    this.#given.delete(key);
    return personId;
  }

  #forget(isOver: (given: Given) => boolean): void {
    for (const [key, given] of this.#given) if (isOver(given)) this.#given.delete(key);
  }
}
