// SPDX-License-Identifier: BSD-2-Clause

/** Tabs whose typing is remembered; those that typed longest ago are forgotten first. */
const REMEMBERED_TABS = 2000;

/** How much of what each tab typed into each terminal was taken, so that a resend types nothing twice. */
export class TypedInput {
  readonly #byTab = new Map<string, Map<number, number>>();

  /** How many bytes of the tab's stream were taken. */
  taken(tab: string, terminalId: number): number {
    return this.#byTab.get(tab)?.get(terminalId) ?? 0;
  }

  /**
   * The bytes of `payload`, at `offset` of the tab's stream, that are new. Bytes missing before it are of a stream that
   * was forgotten here: it goes on from where it is now.
   */
  take(tab: string, terminalId: number, offset: number, payload: Uint8Array): Uint8Array {
    const taken = this.taken(tab, terminalId);
    const end = offset + payload.length;
    if (end <= taken) return new Uint8Array(0);
    const streams = this.#byTab.get(tab) ?? new Map<number, number>();
    this.#byTab.delete(tab);
    this.#byTab.set(tab, streams.set(terminalId, end));
    this.#forgetOldest();
    return payload.subarray(Math.max(0, taken - offset));
  }

  #forgetOldest(): void {
    const [oldest] = this.#byTab.keys();
    if (this.#byTab.size > REMEMBERED_TABS && oldest !== undefined) this.#byTab.delete(oldest);
  }
}
