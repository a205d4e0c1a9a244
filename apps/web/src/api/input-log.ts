// SPDX-License-Identifier: BSD-2-Clause
const KEPT_BYTES = 64 * 1024;

/** What this tab typed into one terminal, kept until the server surely has it, so that a reconnect can send it again. */
export class InputLog {
  #startOffset = 0;
  #bytes = new Uint8Array(0);

  get endOffset(): number {
    return this.#startOffset + this.#bytes.byteLength;
  }

  /** Returns the offset of the first of these bytes. */
  append(bytes: Uint8Array): number {
    const offset = this.endOffset;
    const joined = new Uint8Array(this.#bytes.byteLength + bytes.byteLength);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.byteLength);
    const dropped = Math.max(0, joined.byteLength - KEPT_BYTES);
    this.#startOffset += dropped;
    this.#bytes = joined.slice(dropped);
    return offset;
  }

  /** The server has everything before `offset`; what it lacks is returned. A log that is behind the server's moves up. */
  missingFrom(offset: number): { offset: number; bytes: Uint8Array } {
    if (offset > this.endOffset) this.#startOffset = offset - this.#bytes.byteLength;
    else if (offset > this.#startOffset) this.#forget(offset - this.#startOffset);
    return { offset: this.#startOffset, bytes: this.#bytes };
  }

  /** First contact after a page load: the server counts on from what this tab typed before. */
  rebase(offset: number): void {
    this.#startOffset = offset;
  }

  #forget(bytes: number): void {
    this.#bytes = this.#bytes.slice(bytes);
    this.#startOffset += bytes;
  }
}
