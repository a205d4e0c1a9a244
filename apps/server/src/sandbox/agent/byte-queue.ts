// SPDX-License-Identifier: BSD-2-Clause

/** Bytes on their way from a program to whoever reads them. One reader at a time; a second loop goes on where the first stopped. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #wake: (() => void) | undefined;
  readonly #onTaken: () => void;

  /** `onTaken` is called whenever a reader took bytes. */
  constructor(onTaken: () => void) {
    this.#onTaken = onTaken;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    while (true) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) yield this.#taken(chunk);
      else if (this.#ended) return;
      else await this.#more();
    }
  }

  #taken(chunk: Uint8Array): Uint8Array {
    this.#bytes -= chunk.byteLength;
    this.#onTaken();
    return chunk;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
