// SPDX-License-Identifier: BSD-2-Clause

/** Largest values of a layer's fields; the smallest is 0. */
type Limits<T> = { readonly [K in keyof T]?: number };

/** Throws RangeError for a number that its field cannot hold, which would change its neighbors or be cut. */
export function checkFields<T extends object>(layer: string, values: T, limits: Limits<T>): void {
  for (const [field, largest] of Object.entries(limits) as [keyof T & string, number][]) {
    const value = values[field];
    if (typeof value === 'number' && !(Number.isInteger(value) && value >= 0 && value <= largest))
      throw new RangeError(`${layer} ${field} is ${value}; it is a whole number from 0 to ${largest}.`);
  }
}

const LARGEST_OPTIONS_BYTES = 40;

/** Headers with options are counted in words of 4 bytes, 10 at most. */
export function checkOptions(layer: string, { byteLength }: Uint8Array): void {
  if (byteLength % 4 !== 0 || byteLength > LARGEST_OPTIONS_BYTES)
    throw new RangeError(
      `${layer} options have ${byteLength} bytes; it is a multiple of 4, up to ${LARGEST_OPTIONS_BYTES}.`,
    );
}

export const BITS = {
  of3: 7,
  of4: 15,
  of8: 0xff,
  of12: 0xfff,
  of13: 0x1fff,
  of16: 0xffff,
  of20: 0xfffff,
  of32: 0xffffffff,
};
