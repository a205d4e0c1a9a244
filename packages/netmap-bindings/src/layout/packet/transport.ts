// SPDX-License-Identifier: BSD-2-Clause
import { concat, uint16, uint32, words16, words32 } from './bytes.ts';
import { chosenChecksum, internetChecksum } from './checksum.ts';
import { BITS, checkFields, checkOptions } from './fields.ts';
import { type Icmp, IpProtocol, type Tcp, type Transport, type Udp } from './packet.ts';

/** What the checksum covers beside the transport's own bytes: a pseudo header, given the protocol and length. */
export type PseudoHeader = (protocol: number, lengthBytes: number) => Uint8Array;

const NO_BYTES = new Uint8Array(0);
const UDP_HEADER_BYTES = 8;
const TCP_HEADER_BYTES = 20;
const ICMP_HEADER_BYTES = 4;

export function encodeTransport(
  transport: Transport,
  pseudo: PseudoHeader,
  icmpProtocol: number,
): Uint8Array {
  switch (transport.kind) {
    case 'raw':
      return transport.bytes;
    case 'udp':
      return encodeUdp(transport, pseudo);
    case 'tcp':
      return encodeTcp(transport, pseudo);
    case 'icmp':
      return encodeIcmp(transport, pseudo, icmpProtocol);
  }
}

const UDP_LIMITS = { sport: BITS.of16, dport: BITS.of16, length: BITS.of16, checksum: BITS.of16 } as const;

function encodeUdp(udp: Udp, pseudo: PseudoHeader): Uint8Array {
  const length = udp.length ?? UDP_HEADER_BYTES + udp.payload.byteLength;
  checkFields('UDP', { ...udp, length }, UDP_LIMITS);
  const bytes = concat(words16(udp.sport, udp.dport, length, 0), udp.payload);
  bytes.set(words16(chosenChecksum(udpChecksum(bytes, pseudo), udp.checksum)), 6);
  return bytes;
}

/** A sum of 0 is sent as 0xffff: 0 says that there is none (RFC 768). */
function udpChecksum(bytes: Uint8Array, pseudo: PseudoHeader): number {
  return internetChecksum(pseudo(IpProtocol.udp, bytes.byteLength), bytes) || 0xffff;
}

const TCP_LIMITS = {
  sport: BITS.of16,
  dport: BITS.of16,
  sequence: BITS.of32,
  acknowledgment: BITS.of32,
  flags: BITS.of12,
  window: BITS.of16,
  urgent: BITS.of16,
  checksum: BITS.of16,
} as const;

function encodeTcp(tcp: Tcp, pseudo: PseudoHeader): Uint8Array {
  checkFields('TCP', tcp, TCP_LIMITS);
  checkOptions('TCP', tcp.options);
  const headerWords = (TCP_HEADER_BYTES + tcp.options.byteLength) / 4;
  const bytes = concat(
    words16(tcp.sport, tcp.dport),
    words32(tcp.sequence, tcp.acknowledgment),
    words16((headerWords << 12) | tcp.flags, tcp.window, 0, tcp.urgent),
    tcp.options,
    tcp.payload,
  );
  const right = internetChecksum(pseudo(IpProtocol.tcp, bytes.byteLength), bytes);
  bytes.set(words16(chosenChecksum(right, tcp.checksum)), 16);
  return bytes;
}

function encodeIcmp(icmp: Icmp, pseudo: PseudoHeader, icmpProtocol: number): Uint8Array {
  checkFields('ICMP', icmp, { type: BITS.of8, code: BITS.of8, checksum: BITS.of16 });
  const bytes = concat(Uint8Array.of(icmp.type, icmp.code, 0, 0), icmp.body);
  bytes.set(words16(chosenChecksum(icmpChecksum(bytes, pseudo, icmpProtocol), icmp.checksum)), 2);
  return bytes;
}

/** ICMPv6 covers the pseudo header, ICMP does not. */
function icmpChecksum(bytes: Uint8Array, pseudo: PseudoHeader, icmpProtocol: number): number {
  const covered = icmpProtocol === IpProtocol.icmpv6 ? pseudo(icmpProtocol, bytes.byteLength) : NO_BYTES;
  return internetChecksum(covered, bytes);
}

/** Takes apart what `protocol` promises, or gives it back raw. */
export function decodeTransport(
  bytes: Uint8Array,
  protocol: number,
  pseudo: PseudoHeader,
  icmpProtocol: number,
): Transport {
  const found =
    protocol === IpProtocol.udp
      ? decodeUdp(bytes, pseudo)
      : protocol === IpProtocol.tcp
        ? decodeTcp(bytes, pseudo)
        : protocol === icmpProtocol
          ? decodeIcmp(bytes, pseudo, icmpProtocol)
          : undefined;
  return found ?? { kind: 'raw', bytes };
}

function decodeUdp(bytes: Uint8Array, pseudo: PseudoHeader): Udp | undefined {
  if (bytes.byteLength < UDP_HEADER_BYTES) return undefined;
  const length = uint16(bytes, 4);
  return {
    kind: 'udp',
    sport: uint16(bytes, 0),
    dport: uint16(bytes, 2),
    payload: bytes.subarray(UDP_HEADER_BYTES),
    ...(length === bytes.byteLength ? {} : { length }),
    ...wrongChecksum(bytes, 6, (zeroed) => udpChecksum(zeroed, pseudo)),
  };
}

function decodeTcp(bytes: Uint8Array, pseudo: PseudoHeader): Tcp | undefined {
  if (bytes.byteLength < TCP_HEADER_BYTES) return undefined;
  const headerBytes = (uint16(bytes, 12) >> 12) * 4;
  if (headerBytes < TCP_HEADER_BYTES || headerBytes > bytes.byteLength) return undefined;
  return {
    kind: 'tcp',
    sport: uint16(bytes, 0),
    dport: uint16(bytes, 2),
    sequence: uint32(bytes, 4),
    acknowledgment: uint32(bytes, 8),
    flags: uint16(bytes, 12) & 0xfff,
    window: uint16(bytes, 14),
    urgent: uint16(bytes, 18),
    options: bytes.subarray(TCP_HEADER_BYTES, headerBytes),
    payload: bytes.subarray(headerBytes),
    ...wrongChecksum(bytes, 16, (zeroed) =>
      internetChecksum(pseudo(IpProtocol.tcp, zeroed.byteLength), zeroed),
    ),
  };
}

function decodeIcmp(bytes: Uint8Array, pseudo: PseudoHeader, icmpProtocol: number): Icmp | undefined {
  if (bytes.byteLength < ICMP_HEADER_BYTES) return undefined;
  return {
    kind: 'icmp',
    type: bytes[0] ?? 0,
    code: bytes[1] ?? 0,
    body: bytes.subarray(ICMP_HEADER_BYTES),
    ...wrongChecksum(bytes, 2, (zeroed) => icmpChecksum(zeroed, pseudo, icmpProtocol)),
  };
}

/** The checksum that stands at `at`, if it is not the right one. */
export function wrongChecksum(
  bytes: Uint8Array,
  at: number,
  right: (zeroed: Uint8Array) => number,
): { checksum: number } | Record<string, never> {
  const written = uint16(bytes, at);
  const zeroed = Uint8Array.from(bytes);
  zeroed.fill(0, at, at + 2);
  return written === right(zeroed) ? {} : { checksum: written };
}
