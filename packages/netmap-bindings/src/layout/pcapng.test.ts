// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCaptureFile } from './capture-file.ts';
import { writePcap } from './pcap.ts';
import { type CapturedPacketNg, readPcapng, writePcapng } from './pcapng.ts';

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const interfaces = fc.array(
  fc.record(
    { linkType: fc.nat(65535), snapBytes: uint32, name: fc.string({ maxLength: 20 }) },
    { requiredKeys: ['linkType', 'snapBytes'] },
  ),
  { minLength: 1, maxLength: 4 },
);
const capture = interfaces.chain((list) =>
  fc.tuple(
    fc.constant(list),
    fc.array(
      fc.record({
        interface: fc.nat(list.length - 1),
        nanoseconds: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        originalBytes: uint32,
        bytes: fc.uint8Array({ maxLength: 90 }),
      }),
      { maxLength: 6 },
    ),
  ),
);

/** As another program would write it: big-endian, blocks in hexadecimal. */
const hex = (text: string) =>
  Uint8Array.from(text.replaceAll(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const SECTION = '0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c';
const INTERFACE = '00000001 00000014 0001 0000 00000004 00000014';

describe('pcapng', () => {
  test('packets and interfaces survive a file', () => {
    fc.assert(
      fc.property(capture, ([list, packets]) => {
        const read = readPcapng(writePcapng(packets, list));
        expect(read).toEqual({ ok: true, value: { interfaces: list, packets, truncated: false } });
      }),
    );
  });

  test("another program's file: big-endian, microseconds, a simple packet cut by the interface, a block of unknown kind", () => {
    const enhanced = '00000006 00000024 00000000 00000001 00000000 00000002 00000009 aabb0000 00000024';
    const unknown = '00000bad 00000010 01020304 00000010';
    const simple = '00000003 00000014 00000009 01020304 00000014';
    const read = readPcapng(hex(SECTION + INTERFACE + unknown + enhanced + simple));
    const packets: CapturedPacketNg[] = [
      { interface: 0, nanoseconds: 2n ** 32n * 1000n, originalBytes: 9, bytes: Uint8Array.of(0xaa, 0xbb) },
      { interface: 0, originalBytes: 9, bytes: Uint8Array.of(1, 2, 3, 4) },
    ];
    expect(read).toEqual({
      ok: true,
      value: { interfaces: [{ linkType: 1, snapBytes: 4 }], packets, truncated: false },
    });
  });

  test('a second section has interfaces of its own', () => {
    const one = writePcapng([{ bytes: Uint8Array.of(1) }]);
    const two = writePcapng([{ bytes: Uint8Array.of(2) }], [{ linkType: 101, snapBytes: 0 }]);
    const read = readPcapng(new Uint8Array([...one, ...two]));
    expect(read.ok && read.value.packets.map((packet) => [packet.interface, ...packet.bytes])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  test('a file that ends anywhere keeps its whole packets', () => {
    fc.assert(
      fc.property(capture, fc.nat(600), ([list, packets], cutAt) => {
        const file = writePcapng(packets, list);
        const read = readPcapng(file.subarray(0, Math.min(cutAt, file.byteLength)));
        if (read.ok) expect(packets.slice(0, read.value.packets.length)).toEqual(read.value.packets);
        else expect(cutAt).toBeLessThan(28);
      }),
    );
  });

  test('hostile bytes never throw', () => {
    const start = fc.constantFrom(SECTION, SECTION + INTERFACE, '').map(hex);
    const noise = fc.array(fc.oneof(fc.constantFrom(1, 2, 3, 6, 16, 28, 32), uint32), { maxLength: 60 });
    fc.assert(
      fc.property(start, noise, (begin, words) => {
        const end = new DataView(new ArrayBuffer(words.length * 4));
        words.forEach((word, i) => {
          end.setUint32(i * 4, word);
        });
        readCaptureFile(new Uint8Array([...begin, ...new Uint8Array(end.buffer)]));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('any capture file', () => {
  test('pcap and pcapng give the same packets', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const classic = readCaptureFile(writePcap([{ seconds: 5, nanoseconds: 7000, bytes }]));
    const ng = readCaptureFile(writePcapng([{ nanoseconds: 5_000_007_000n, bytes }]));
    expect(classic.ok && classic.value.packets).toEqual(ng.ok && ng.value.packets);
    expect([classic.ok && classic.value.format, ng.ok && ng.value.format]).toEqual(['pcap', 'pcapng']);
  });

  test('what is neither is refused in words', () => {
    expect(readCaptureFile(new Uint8Array(40))).toMatchObject({
      ok: false,
      message: expect.stringContaining('neither'),
    });
  });
});
