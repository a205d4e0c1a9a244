// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tcp, toHex, udp, udp6 } from './build.ts';
import { decodePacket } from './decode.ts';
import { encodePacket } from './encode.ts';
import { fragmentPacket, reassemblePacket } from './fragments.ts';
import type { Packet } from './packet.ts';

const onTheWire = (packet: Packet) => decodePacket(encodePacket(packet)) as Packet;
const offsets = (packets: readonly Packet[]) =>
  packets.map(({ network }) => network.kind === 'ipv4' && [network.fragmentOffset, network.flags & 1]);

describe('fragments', () => {
  test('every packet survives being cut, sent in any order and put together', () => {
    const payload = fc.uint8Array({ minLength: 1, maxLength: 600 });
    const mtu = fc.integer({ min: 68, max: 300 });
    fc.assert(
      fc.property(payload, mtu, fc.infiniteStream(fc.nat()), (bytes, mtuBytes, order) => {
        const packet = udp({ dport: 53, payload: bytes, id: 7, vlans: [{ id: 3 }] });
        const fragments = fragmentPacket(packet, mtuBytes).map(onTheWire);
        for (const fragment of fragments)
          expect(encodePacket(fragment).byteLength).toBeLessThanOrEqual(18 + mtuBytes);
        const shuffled = fragments
          .map((fragment) => ({ fragment, key: order.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ fragment }) => fragment);
        expect(toHex(encodePacket(reassemblePacket(shuffled) as Packet))).toBe(toHex(encodePacket(packet)));
      }),
    );
  });

  test('offsets and flags, by RFC 791', () => {
    const packet = udp({ dport: 1, payload: new Uint8Array(92) });
    expect(offsets(fragmentPacket(packet, 68))).toEqual([
      [0, 1],
      [6, 1],
      [12, 0],
    ]);
    expect(fragmentPacket(packet, 120)).toEqual([packet]);
  });

  test('later fragments repeat only the options that say so', () => {
    // A record-route option, not copied, a security option, copied, and the end.
    const options = Uint8Array.of(7, 3, 4, 130, 4, 9, 9, 0);
    const fragments = fragmentPacket(udp({ dport: 1, options, payload: new Uint8Array(100) }), 68);
    const kept = fragments.map(({ network }) => network.kind === 'ipv4' && toHex(network.options));
    expect(new Set(kept.slice(1))).toEqual(new Set(['82040909']));
    expect(kept[0]).toBe(toHex(options));
  });

  test('what is missing, overlaps or belongs elsewhere is no packet', () => {
    const fragments = fragmentPacket(udp({ dport: 1, id: 1, payload: new Uint8Array(200) }), 100);
    const others = fragmentPacket(udp({ dport: 1, id: 2, payload: new Uint8Array(200) }), 100);
    const [a, b, c] = fragments as [Packet, Packet, Packet];
    for (const wrong of [
      [],
      [a, b],
      [b, c],
      [a, a, b, c],
      [a, others[1] as Packet, c],
      [a, b, c, udp6({ dport: 1 })],
    ])
      expect(reassemblePacket(wrong)).toBeUndefined();
    expect(reassemblePacket([c, a, b])?.network).toMatchObject({ kind: 'ipv4', payload: { kind: 'udp' } });
  });

  test('what cannot be cut is refused', () => {
    const payload = new Uint8Array(200);
    expect(() => fragmentPacket(udp6({ dport: 1, payload }), 100)).toThrow(RangeError);
    expect(() => fragmentPacket(tcp({ dport: 1, payload }), 100)).toThrow('not to be fragmented');
    expect(() => fragmentPacket(udp({ dport: 1, payload }), 27)).toThrow(RangeError);
  });
});
