// SPDX-License-Identifier: BSD-2-Clause
// The frames that the recorded cases send, and short words for what stands in a ring.
import type { Ring } from '../ring.ts';

/** Of no type that anybody has; stations are small numbers, -1 everybody, -2 a group. A pattern comes behind the number. */
export function frame(dst: number, src: number, sequence: number, bytes = 60): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(Math.max(bytes, 18));
  whole.set(station(dst), 0);
  whole.set(station(src), 6);
  whole.set([0x88, 0xb5], 12);
  new DataView(whole.buffer).setUint32(14, sequence, true);
  for (let i = 18; i < bytes; i++) whole[i] = i * 7 + sequence;
  return whole.subarray(0, bytes);
}

/** Whether the pattern is that of this number, up to so many bytes. */
export function isIntact(bytes: Uint8Array, sequence: number, length: number): boolean {
  return bytes.subarray(18, length).every((byte, i) => byte === (((i + 18) * 7 + sequence) & 255));
}

export function station(number: number): number[] {
  if (number === -1) return [255, 255, 255, 255, 255, 255];
  return number === -2 ? [1, 0, 0x5e, 0, 0, 7] : [2, 0, 0, 0, 0, number];
}

export function sequenceOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(14, true);
}

export function moveTo(ring: Ring, index: number): void {
  ring.head = index;
  ring.cur = index;
}

export const marks = ({ head, cur, tail }: Ring) => [head, cur, tail];
export const slots = <T>(ring: Ring, count: number, of: (slot: ReturnType<Ring['slot']>) => T): T[] =>
  Array.from({ length: count }, (_, i) => of(ring.slot(i)));
export const isOrdered = (numbers: readonly number[]) =>
  numbers.every((number, i) => i === 0 || number > (numbers[i - 1] as number)) ? 1 : 0;
