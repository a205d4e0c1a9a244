// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text, macBytes, macText } from './addresses.ts';
import { arp, cut, ethernet, ping, ping6, tcp, tcp6, udp, udp6 } from './build.ts';
import { toHex } from './bytes.ts';
import { decodePacket } from './decode.ts';
import { encodePacket } from './encode.ts';
import type { Arp, Icmp, Ipv4, Ipv6, Packet, Tcp, Transport, Udp } from './packet.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(macText);
const ip = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(ipv4Text);
const port = fc.integer({ min: 0, max: 65535 });
const options = fc
  .integer({ min: 0, max: 10 })
  .chain((words) => fc.uint8Array({ minLength: 4 * words, maxLength: 4 * words }));

const udpLayer = fc.record({
  kind: fc.constant('udp' as const),
  sport: port,
  dport: port,
  payload: bytes(200),
});
const tcpLayer = fc.record({
  kind: fc.constant('tcp' as const),
  sport: port,
  dport: port,
  sequence: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  acknowledgment: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  flags: fc.integer({ min: 0, max: 0xfff }),
  window: port,
  urgent: port,
  options,
  payload: bytes(200),
});
const icmpLayer = fc.record({
  kind: fc.constant('icmp' as const),
  type: fc.integer({ min: 0, max: 255 }),
  code: fc.integer({ min: 0, max: 255 }),
  body: bytes(100),
});
const transport: fc.Arbitrary<Udp | Tcp | Icmp> = fc.oneof(udpLayer, tcpLayer, icmpLayer);

const ipv4Layer: fc.Arbitrary<Ipv4> = fc.record({
  kind: fc.constant('ipv4' as const),
  src: ip,
  dst: ip,
  tos: fc.integer({ min: 0, max: 255 }),
  id: port,
  ttl: fc.integer({ min: 0, max: 255 }),
  flags: fc.integer({ min: 0, max: 7 }),
  fragmentOffset: fc.constant(0),
  options,
  payload: transport as fc.Arbitrary<Transport>,
});
const ipv6Layer: fc.Arbitrary<Ipv6> = fc.record({
  kind: fc.constant('ipv6' as const),
  src: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(ipv6Text),
  dst: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(ipv6Text),
  trafficClass: fc.integer({ min: 0, max: 255 }),
  flowLabel: fc.integer({ min: 0, max: 2 ** 20 - 1 }),
  hopLimit: fc.integer({ min: 0, max: 255 }),
  payload: transport as fc.Arbitrary<Transport>,
});
const arpLayer: fc.Arbitrary<Arp> = fc.record({
  kind: fc.constant('arp' as const),
  operation: port,
  senderMac: mac,
  senderIp: ip,
  targetMac: mac,
  targetIp: ip,
});
const vlan = fc.record({
  tagType: fc.constantFrom(0x8100, 0x88a8),
  priority: fc.integer({ min: 0, max: 7 }),
  dropEligible: fc.boolean(),
  id: fc.integer({ min: 0, max: 4095 }),
});
const packet: fc.Arbitrary<Packet> = fc.record({
  dst: mac,
  src: mac,
  vlans: fc.array(vlan, { maxLength: 2 }),
  network: fc.oneof(ipv4Layer, ipv6Layer, arpLayer) as fc.Arbitrary<Packet['network']>,
  trailer: bytes(30),
});

/** The same contents in plain arrays: a view of a larger buffer equals a copy. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, item) => (item instanceof Uint8Array ? toHex(item) : item)));
}

describe('packets', () => {
  test('values survive bytes', () => {
    fc.assert(
      fc.property(packet, (value) => {
        expect(plain(decodePacket(encodePacket(value)))).toEqual(plain(value));
      }),
    );
  });

  test('any bytes survive values', () => {
    fc.assert(
      fc.property(bytes(120), (frame) => {
        const decoded = decodePacket(frame);
        if (decoded === undefined) expect(frame.byteLength).toBeLessThan(14);
        else expect(toHex(encodePacket(decoded))).toBe(toHex(frame));
      }),
    );
  });

  test('a good packet with some bytes overwritten, and its end cut off, survives values', () => {
    const damage = fc.array(fc.tuple(fc.nat(160), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
    fc.assert(
      fc.property(packet, damage, fc.nat(200), (value, changes, length) => {
        const frame = encodePacket(value).slice(0, 14 + length);
        for (const [at, byte] of changes) if (at < frame.byteLength) frame[at] = byte;
        const decoded = decodePacket(frame);
        expect(toHex(encodePacket(decoded as Packet))).toBe(toHex(frame));
      }),
      { numRuns: 500 },
    );
  });

  test('addresses survive text', () => {
    const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(ipv6, (address) => {
        expect(ipv6Bytes(ipv6Text(address))).toEqual(address);
      }),
    );
    fc.assert(
      fc.property(mac, (address) => {
        expect(macText(macBytes(address))).toBe(address);
      }),
    );
    fc.assert(
      fc.property(ip, (address) => {
        expect(ipv4Text(ipv4Bytes(address))).toBe(address);
      }),
    );
  });

  test.each(['1.2.3', '1.2.3.256', 'a.b.c.d', ''])('"%s" is no IPv4 address', (text) => {
    expect(() => ipv4Bytes(text)).toThrow(RangeError);
  });

  test.each(['1::2::3', '1:2:3', 'g::', '1:2:3:4:5:6:7:8:9', '12345::'])(
    '"%s" is no IPv6 address',
    (text) => {
      expect(() => ipv6Bytes(text)).toThrow(RangeError);
    },
  );
});

describe('builders', () => {
  test('a UDP packet, byte for byte', () => {
    // Computed by hand from RFC 791, 768 and 1071.
    const frame = udp({ dport: 8000, sport: 40000, payload: 'hi' });
    expect(toHex(encodePacket(frame))).toBe(
      'ffffffffffff' +
        '020000000001' +
        '0800' +
        '4500001e' +
        '00000000' +
        '401166cd' +
        '0a000001' +
        '0a010001' +
        '9c401f40' +
        '000a' +
        'c7ed' +
        '6869',
    );
  });

  test('TCP and ICMP checksums can be wrong, too', () => {
    const payload = (value: Packet) => {
      const network = decodePacket(encodePacket(value))?.network;
      return network !== undefined && 'payload' in network ? network.payload : undefined;
    };
    const wrong = expect.any(Number);
    expect(payload(tcp({ dport: 1, tcpChecksum: 'wrong' }))).toMatchObject({ kind: 'tcp', checksum: wrong });
    expect(payload(ping({ icmpChecksum: 0x1234 }))).toMatchObject({ kind: 'icmp', checksum: 0x1234 });
    expect(payload(ping6({ icmpChecksum: 'wrong' }))).toMatchObject({ kind: 'icmp', checksum: wrong });
    expect(payload(tcp6({ dport: 1 }))).not.toHaveProperty('checksum');
    expect(payload(ping6())).not.toHaveProperty('checksum');
  });

  test('a wrong checksum is wrong, and is said to be', () => {
    const decoded = decodePacket(encodePacket(udp({ dport: 1, udpChecksum: 'wrong', checksum: 'wrong' })));
    expect(decoded?.network).toMatchObject({ kind: 'ipv4', checksum: expect.any(Number) });
    expect(decoded?.network).toMatchObject({ payload: { kind: 'udp', checksum: expect.any(Number) } });
  });

  test('what each builder makes is taken apart as that', () => {
    const kinds = (value: Packet) => {
      const network = decodePacket(encodePacket(value))?.network;
      return [
        network?.kind,
        network !== undefined && 'payload' in network ? network.payload.kind : undefined,
      ];
    };
    expect(kinds(udp6({ dport: 1 }))).toEqual(['ipv6', 'udp']);
    expect(kinds(tcp({ dport: 1 }))).toEqual(['ipv4', 'tcp']);
    expect(kinds(ping())).toEqual(['ipv4', 'icmp']);
    expect(kinds(arp())).toEqual(['arp', undefined]);
    expect(kinds(ethernet(0x1234, Uint8Array.of(1)))).toEqual(['raw', undefined]);
  });

  test('a fragment that is not the first has no UDP header to take apart', () => {
    const decoded = decodePacket(encodePacket(udp({ dport: 1, fragmentOffset: 3 })));
    expect(decoded?.network).toMatchObject({ kind: 'ipv4', fragmentOffset: 3, payload: { kind: 'raw' } });
  });

  test.each([
    ['UDP dport is 70000', () => udp({ dport: 70000 }), '65535'],
    ['UDP sport is -1', () => udp({ sport: -1, dport: 1 }), '65535'],
    ['UDP dport is 1.5', () => udp({ dport: 1.5 }), 'whole number'],
    ['UDP dport is NaN', () => udp6({ dport: Number.NaN }), 'whole number'],
    ['UDP length is 65536', () => udp6({ dport: 1, length: 65536 }), '65535'],
    ['UDP length is 70008', () => udp6({ dport: 1, payload: new Uint8Array(70000) }), '65535'],
    ['IPv4 totalLength is 65536', () => udp({ dport: 1, payload: new Uint8Array(65508) }), '65535'],
    ['IPv4 ttl is 300', () => udp({ dport: 1, ttl: 300 }), '255'],
    ['IPv4 flags is 8', () => udp({ dport: 1, flags: 8 }), '7'],
    ['IPv4 fragmentOffset is 8192', () => udp({ dport: 1, fragmentOffset: 8192 }), '8191'],
    ['IPv4 options have 3 bytes', () => udp({ dport: 1, options: new Uint8Array(3) }), 'multiple of 4'],
    ['IPv4 options have 44 bytes', () => udp({ dport: 1, options: new Uint8Array(44) }), 'up to 40'],
    ['IPv4 checksum is 65536', () => udp({ dport: 1, checksum: 65536 }), '65535'],
    ['IPv6 hopLimit is 256', () => udp6({ dport: 1, hopLimit: 256 }), '255'],
    ['IPv6 flowLabel is 1048576', () => udp6({ dport: 1, flowLabel: 2 ** 20 }), '1048575'],
    ['TCP sequence is 4294967296', () => tcp({ dport: 1, sequence: 2 ** 32 }), '4294967295'],
    ['TCP window is 65536', () => tcp6({ dport: 1, window: 65536 }), '65535'],
    ['ICMP checksum is 65536', () => ping({ icmpChecksum: 65536 }), '65535'],
    ['ARP operation is 65536', () => arp({ operation: 65536 }), '65535'],
    ['VLAN id is 4096', () => udp({ dport: 1, vlans: [{ id: 4096 }] }), '4095'],
    ['Ethernet etherType is 65536', () => encodePacket(ethernet(65536, Uint8Array.of(1))), '65535'],
  ])('%s: a RangeError', (words, build, limit) => {
    expect(build).toThrow(RangeError);
    expect(build).toThrow(words);
    expect(build).toThrow(limit);
  });

  test('text is sent as UTF-8', () => {
    const frame = encodePacket(udp({ dport: 1, payload: 'żółw' }));
    expect(new TextDecoder().decode(frame.subarray(42))).toBe('żółw');
    expect(frame.byteLength).toBe(42 + 7);
  });

  test('padding and cutting', () => {
    expect(encodePacket(udp({ dport: 1, padTo: 60 })).byteLength).toBe(60);
    expect(encodePacket(udp({ dport: 1, padTo: 10 })).byteLength).toBe(42);
    expect(cut(udp({ dport: 1 }), 20).byteLength).toBe(20);
  });
});
