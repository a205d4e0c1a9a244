// SPDX-License-Identifier: BSD-2-Clause
import { concat } from './bytes.ts';
import { decodePacket } from './decode.ts';
import { encodePacket } from './encode.ts';
import { IpProtocol, type Ipv4, type Packet } from './packet.ts';

const ETHERNET_BYTES = 14;
const VLAN_BYTES = 4;
const IPV4_BYTES = 20;
const UNIT_BYTES = 8;
const MORE_FRAGMENTS = 1;
const DONT_FRAGMENT = 2;
const NO_BYTES = new Uint8Array(0);

/**
 * Cuts an IPv4 packet into fragments (RFC 791) whose IP packets have at most `mtuBytes`; a packet that fits comes back
 * as it is. Throws RangeError for what is no IPv4, asks not to be fragmented, or cannot be cut that small.
 */
export function fragmentPacket(packet: Packet, mtuBytes: number): Packet[] {
  const ip = ipv4Of(packet);
  const payload = payloadOf(packet, ip);
  if (IPV4_BYTES + ip.options.byteLength + payload.byteLength <= mtuBytes) return [packet];
  if ((ip.flags & DONT_FRAGMENT) !== 0) throw new RangeError('The packet asks not to be fragmented.');
  const room = mtuBytes - IPV4_BYTES - ip.options.byteLength;
  const pieceBytes = Math.floor(room / UNIT_BYTES) * UNIT_BYTES;
  if (pieceBytes < UNIT_BYTES) throw new RangeError(`No fragment has at most ${mtuBytes} bytes.`);
  const starts = Array.from({ length: Math.ceil(payload.byteLength / pieceBytes) }, (_, i) => i * pieceBytes);
  return starts.map((start) =>
    fragmentAt(packet, ip, start, payload.subarray(start, start + pieceBytes), payload),
  );
}

function fragmentAt(packet: Packet, ip: Ipv4, start: number, bytes: Uint8Array, whole: Uint8Array): Packet {
  const isLast = start + bytes.byteLength === whole.byteLength;
  const network: Ipv4 = {
    ...ip,
    options: start === 0 ? ip.options : copiedOptions(ip.options),
    flags: isLast ? ip.flags : ip.flags | MORE_FRAGMENTS,
    fragmentOffset: ip.fragmentOffset + start / UNIT_BYTES,
    protocol: protocolOf(ip),
    payload: { kind: 'raw', bytes },
  };
  return { ...packet, network, trailer: NO_BYTES };
}

/**
 * Puts the fragments of one packet together, in any order, and takes the packet apart. Undefined if one is missing, if
 * they overlap, or if they are not of one packet.
 */
export function reassemblePacket(fragments: readonly Packet[]): Packet | undefined {
  const parts = fragments
    .filter(({ network }) => network.kind === 'ipv4')
    .map((packet) => ({ packet, ip: ipv4Of(packet) }))
    .sort((a, b) => a.ip.fragmentOffset - b.ip.fragmentOffset);
  const [first] = parts;
  if (first === undefined || parts.length < fragments.length) return undefined;
  const pieces = parts.map(({ packet, ip }) => payloadOf(packet, ip));
  const isOne = parts.every(
    ({ ip }, i) => isSamePacket(ip, first.ip) && isMiddle(ip) === i < parts.length - 1,
  );
  let at = 0;
  const isGapless = parts.every(({ ip }, i) => {
    const here = ip.fragmentOffset * UNIT_BYTES === at;
    at += pieces[i]?.byteLength ?? 0;
    return here;
  });
  return isOne && isGapless ? whole(first.packet, first.ip, concat(...pieces)) : undefined;
}

function whole(packet: Packet, ip: Ipv4, bytes: Uint8Array): Packet | undefined {
  const network: Ipv4 = {
    ...ip,
    flags: ip.flags & ~MORE_FRAGMENTS,
    protocol: protocolOf(ip),
    payload: { kind: 'raw', bytes },
  };
  return decodePacket(encodePacket({ ...packet, network, trailer: NO_BYTES }));
}

const isMiddle = (ip: Ipv4) => (ip.flags & MORE_FRAGMENTS) !== 0;

function isSamePacket(a: Ipv4, b: Ipv4): boolean {
  return a.src === b.src && a.dst === b.dst && a.id === b.id && protocolOf(a) === protocolOf(b);
}

function ipv4Of({ network }: Packet): Ipv4 {
  if (network.kind !== 'ipv4') throw new RangeError('Only IPv4 packets have fragments.');
  return network;
}

function protocolOf({ payload, protocol = 0 }: Ipv4): number {
  return payload.kind === 'raw' ? protocol : IpProtocol[payload.kind];
}

/** What follows the IP header, as bytes. */
function payloadOf(packet: Packet, ip: Ipv4): Uint8Array {
  const start = ETHERNET_BYTES + packet.vlans.length * VLAN_BYTES + IPV4_BYTES + ip.options.byteLength;
  return encodePacket({ ...packet, trailer: NO_BYTES }).subarray(start);
}

/** Those that later fragments repeat: their type has the highest bit. */
function copiedOptions(options: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  for (let at = 0; at < options.byteLength; ) {
    const type = options[at] ?? 0;
    if (type === 0) break;
    const length = type === 1 ? 1 : Math.max(2, options[at + 1] ?? 2);
    if (type & 0x80) kept.push(options.subarray(at, at + length));
    at += length;
  }
  const bytes = concat(...kept);
  return concat(bytes, new Uint8Array(-bytes.byteLength & 3));
}
