// SPDX-License-Identifier: BSD-2-Clause
import { ipv4Bytes, ipv6Bytes, macBytes } from './addresses.ts';
import { concat, words16, words32 } from './bytes.ts';
import { chosenChecksum, internetChecksum } from './checksum.ts';
import { BITS, checkFields, checkOptions } from './fields.ts';
import {
  type Arp,
  EtherType,
  IpProtocol,
  type Ipv4,
  type Ipv6,
  type Packet,
  type Transport,
  type Vlan,
} from './packet.ts';
import { encodeTransport, type PseudoHeader } from './transport.ts';

/**
 * A frame's bytes, without CRC. Throws RangeError for an address that is none, and for a value that its field cannot hold.
 */
export function encodePacket(packet: Packet): Uint8Array {
  checkFields('Ethernet', packet, { etherType: BITS.of16 });
  return concat(
    macBytes(packet.dst),
    macBytes(packet.src),
    ...packet.vlans.map(encodeVlan),
    words16(etherTypeOf(packet)),
    encodeNetwork(packet.network),
    packet.trailer,
  );
}

function encodeVlan(vlan: Vlan): Uint8Array {
  checkFields('VLAN', vlan, { tagType: BITS.of16, priority: BITS.of3, id: BITS.of12 });
  return words16(vlan.tagType, (vlan.priority << 13) | (vlan.dropEligible ? 0x1000 : 0) | vlan.id);
}

function etherTypeOf({ network, etherType }: Packet): number {
  return network.kind === 'raw' ? (etherType ?? 0) : EtherType[network.kind];
}

function encodeNetwork(network: Packet['network']): Uint8Array {
  switch (network.kind) {
    case 'raw':
      return network.bytes;
    case 'arp':
      return encodeArp(network);
    case 'ipv4':
      return encodeIpv4(network);
    case 'ipv6':
      return encodeIpv6(network);
  }
}

function encodeArp(arp: Arp): Uint8Array {
  checkFields('ARP', arp, { operation: BITS.of16 });
  return concat(
    words16(1, EtherType.ipv4, 0x0604, arp.operation),
    macBytes(arp.senderMac),
    ipv4Bytes(arp.senderIp),
    macBytes(arp.targetMac),
    ipv4Bytes(arp.targetIp),
  );
}

const IPV4_LIMITS = {
  version: BITS.of4,
  headerWords: BITS.of4,
  tos: BITS.of8,
  totalLength: BITS.of16,
  id: BITS.of16,
  flags: BITS.of3,
  fragmentOffset: BITS.of13,
  ttl: BITS.of8,
  protocol: BITS.of8,
  checksum: BITS.of16,
} as const;

function encodeIpv4(ip: Ipv4): Uint8Array {
  checkOptions('IPv4', ip.options);
  const src = ipv4Bytes(ip.src);
  const dst = ipv4Bytes(ip.dst);
  const payload = encodeTransport(ip.payload, ipv4Pseudo(src, dst), IpProtocol.icmp);
  const headerBytes = 20 + ip.options.byteLength;
  const totalLength = ip.totalLength ?? headerBytes + payload.byteLength;
  checkFields('IPv4', { ...ip, totalLength }, IPV4_LIMITS);
  const header = concat(
    Uint8Array.of(((ip.version ?? 4) << 4) | (ip.headerWords ?? headerBytes / 4), ip.tos),
    words16(totalLength, ip.id, (ip.flags << 13) | ip.fragmentOffset),
    Uint8Array.of(ip.ttl, protocolOf(ip.payload, ip.protocol, IpProtocol.icmp), 0, 0),
    src,
    dst,
    ip.options,
  );
  header.set(words16(chosenChecksum(internetChecksum(header), ip.checksum)), 10);
  return concat(header, payload);
}

const IPV6_LIMITS = {
  trafficClass: BITS.of8,
  flowLabel: BITS.of20,
  payloadLength: BITS.of16,
  nextHeader: BITS.of8,
  hopLimit: BITS.of8,
} as const;

function encodeIpv6(ip: Ipv6): Uint8Array {
  const src = ipv6Bytes(ip.src);
  const dst = ipv6Bytes(ip.dst);
  const payload = encodeTransport(ip.payload, ipv6Pseudo(src, dst), IpProtocol.icmpv6);
  const payloadLength = ip.payloadLength ?? payload.byteLength;
  checkFields('IPv6', { ...ip, payloadLength }, IPV6_LIMITS);
  return concat(
    words32(6 * 2 ** 28 + ip.trafficClass * 2 ** 20 + ip.flowLabel),
    words16(payloadLength),
    Uint8Array.of(protocolOf(ip.payload, ip.nextHeader, IpProtocol.icmpv6), ip.hopLimit),
    src,
    dst,
    payload,
  );
}

function protocolOf(payload: Transport, raw: number | undefined, icmp: number): number {
  switch (payload.kind) {
    case 'udp':
      return IpProtocol.udp;
    case 'tcp':
      return IpProtocol.tcp;
    case 'icmp':
      return icmp;
    case 'raw':
      return raw ?? 0;
  }
}

export function ipv4Pseudo(src: Uint8Array, dst: Uint8Array): PseudoHeader {
  return (protocol, lengthBytes) => concat(src, dst, words16(protocol, lengthBytes));
}

export function ipv6Pseudo(src: Uint8Array, dst: Uint8Array): PseudoHeader {
  return (protocol, lengthBytes) => concat(src, dst, words32(lengthBytes, protocol));
}
