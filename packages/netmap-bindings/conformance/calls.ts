// SPDX-License-Identifier: BSD-2-Clause
import { createRequire } from 'node:module';
import { constants } from 'node:os';

/** Numbers as they are, null and false as 0, texts and bytes as their addresses. */
export type Argument = number | boolean | string | Uint8Array | Int32Array | null;

/** See calls.c. */
interface Addon {
  call(name: string, args: readonly Argument[]): number;
  callForAddress(name: string, args: readonly Argument[]): number;
  callLater(name: string, args: readonly Argument[]): Promise<number>;
  errno(): number;
  addressOf(bytes: Uint8Array): number;
  memoryAt(address: number, bytes: number): ArrayBuffer;
}

const addon = createRequire(import.meta.url)('../build/conformance.node') as Addon;

/** What a C function returns that returns an int. */
export const call = (name: string, ...args: readonly Argument[]): number => addon.call(name, args);
/** What one returns that returns a pointer. */
export const callForAddress = (name: string, ...args: readonly Argument[]): number =>
  addon.callForAddress(name, args);
/** The same as `call`, in another thread. */
export const callLater = (name: string, ...args: readonly Argument[]): Promise<number> =>
  addon.callLater(name, args);
export const { addressOf, memoryAt } = addon;

const NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** The name of what the last call left in errno; "0" if it left nothing. */
export function errnoName(): string {
  const errno = addon.errno();
  return errno === constants.errno.EOPNOTSUPP ? 'EOPNOTSUPP' : (NAMES.get(errno) ?? String(errno));
}

/** What a call returned, or the name of its errno if that was -1. */
export const answer = (result: number): number | string => (result === -1 ? errnoName() : result);
/** The same, of a call that is made now. */
export const ask = (name: string, ...args: readonly Argument[]): number | string =>
  answer(call(name, ...args));
