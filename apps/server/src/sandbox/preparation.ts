// SPDX-License-Identifier: BSD-2-Clause

/** What a driver makes once, when it is first needed. After a failure, such as a missing image, who asks next tries again. */
export class Preparation<T> {
  readonly #make: () => Promise<T>;
  #made: Promise<T> | undefined;

  constructor(make: () => Promise<T>) {
    this.#make = make;
  }

  /** Rejects as making it does. */
  get(): Promise<T> {
    this.#made ??= this.#make().catch((error: unknown) => {
      this.#made = undefined;
      throw error;
    });
    return this.#made;
  }

  /** What there is by now, once it is whole; undefined where nobody asked, or making it failed. */
  async made(): Promise<T | undefined> {
    return await this.#made?.catch(() => undefined);
  }

  /** Who asks next gets a new one. */
  forget(): void {
    this.#made = undefined;
  }
}
