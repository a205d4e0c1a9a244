// SPDX-License-Identifier: BSD-2-Clause
import type { WrongChecksum } from './packet.ts';

/** The Internet checksum (RFC 1071) over several pieces, each padded to an even number of bytes. */
export function internetChecksum(...pieces: readonly Uint8Array[]): number {
  let sum = 0;
  for (const piece of pieces) sum += wordSum(piece);
  while (sum > 0xffff) sum = Math.floor(sum / 0x10000) + (sum % 0x10000);
  return 0xffff - sum;
}

function wordSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.byteLength; i += 2) sum += (bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0);
  return sum;
}

/** What to write where `right` would be right. */
export function chosenChecksum(right: number, wrong: WrongChecksum | undefined): number {
  if (wrong === undefined) return right;
  return wrong === 'wrong' ? right ^ 0x5555 : wrong;
}
