// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CaptureOptions, readPcap, writePcap } from './pcap.ts';

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const options = fc.record({
  resolution: fc.constantFrom('us' as const, 'ns' as const),
  byteOrder: fc.constantFrom('little' as const, 'big' as const),
  linkType: uint32,
  snapBytes: uint32,
});
const captured = fc.record({
  seconds: uint32,
  nanoseconds: fc.integer({ min: 0, max: 999_999 }).map((us) => us * 1000),
  originalBytes: uint32,
  bytes: fc.uint8Array({ maxLength: 100 }),
});

describe('pcap', () => {
  test('packets survive a file, in every form', () => {
    fc.assert(
      fc.property(fc.array(captured, { maxLength: 8 }), options, (packets, form: CaptureOptions) => {
        const read = readPcap(writePcap(packets, form));
        expect(read).toEqual({ ok: true, value: { ...form, packets, truncated: false } });
      }),
    );
  });

  test('a file that ends anywhere keeps its whole packets', () => {
    fc.assert(
      fc.property(fc.array(captured, { minLength: 1, maxLength: 5 }), fc.nat(600), (packets, cutAt) => {
        const file = writePcap(packets);
        const end = Math.min(file.byteLength, cutAt);
        const read = readPcap(file.subarray(0, end));
        if (end < 24) {
          expect(read.ok).toBe(false);
          return;
        }
        if (!read.ok) throw new Error(read.message);
        expect(packets.slice(0, read.value.packets.length)).toEqual(read.value.packets);
        const bytesRead = read.value.packets.reduce((sum, { bytes }) => sum + 16 + bytes.byteLength, 24);
        expect(read.value.truncated).toBe(bytesRead !== end);
      }),
    );
  });

  test('hostile bytes never throw', () => {
    const magics = fc.constantFrom([0xd4, 0xc3, 0xb2, 0xa1], [0xa1, 0xb2, 0x3c, 0x4d], [1, 2, 3, 4]);
    fc.assert(
      fc.property(magics, fc.uint8Array({ maxLength: 200 }), (magic, rest) => {
        readPcap(Uint8Array.of(...magic, ...rest));
      }),
    );
  });
});
