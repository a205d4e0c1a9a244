// SPDX-License-Identifier: BSD-2-Clause
import type { Ring } from './ring.ts';

// netmap's list of extra buffers: its head stands in the interface, each buffer's first word names the next one, and 0
// ends it.

/** At most so many: another program may have made a circle of it. */
export function readChain(ring: Ring, head: DataView, most: number): number[] {
  const numbers: number[] = [];
  for (let next = head.getUint32(0, true); next !== 0 && numbers.length < most; next = linkOf(ring, next))
    numbers.push(next);
  return numbers;
}

function linkOf(ring: Ring, number: number): number {
  const link = ring.view(number, 4);
  return link.byteLength < 4 ? 0 : new DataView(link.buffer, link.byteOffset).getUint32(0, true);
}

/** Throws RangeError for a number that no buffer has. */
export function writeChain(ring: Ring, head: DataView, numbers: readonly number[]): void {
  const wrong = numbers.find((number) => ring.view(number, 4).byteLength < 4);
  if (wrong !== undefined) throw new RangeError(`There is no buffer ${wrong}.`);
  for (const [i, number] of numbers.entries()) {
    const link = ring.view(number, 4);
    new DataView(link.buffer, link.byteOffset).setUint32(0, numbers[i + 1] ?? 0, true);
  }
  head.setUint32(0, numbers[0] ?? 0, true);
}
