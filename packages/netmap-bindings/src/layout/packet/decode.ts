// SPDX-License-Identifier: BSD-2-Clause
import { ipv4Text, ipv6Text, macText } from './addresses.ts';
import { uint16, uint32 } from './bytes.ts';
import { internetChecksum } from './checksum.ts';
import { ipv4Pseudo, ipv6Pseudo } from './encode.ts';
import {
  type Arp,
  EtherType,
  IpProtocol,
  type Ipv4,
  type Ipv6,
  type Packet,
  type Raw,
  type Vlan,
} from './packet.ts';
import { decodeTransport, wrongChecksum } from './transport.ts';

const MAC_BYTES = 6;
const ETHERNET_BYTES = 14;
const VLAN_BYTES = 4;
const ARP_BYTES = 28;
const IPV4_BYTES = 20;
const IPV6_BYTES = 40;

/** Takes a frame apart, as far as it can be; undefined for fewer bytes than an Ethernet header. Never throws. */
export function decodePacket(frame: Uint8Array): Packet | undefined {
  if (frame.byteLength < ETHERNET_BYTES) return undefined;
  const vlans = decodeVlans(frame);
  const typeAt = 2 * MAC_BYTES + vlans.length * VLAN_BYTES;
  const etherType = uint16(frame, typeAt);
  const found = decodeNetwork(frame.subarray(typeAt + 2), etherType);
  return {
    dst: macText(frame),
    src: macText(frame.subarray(MAC_BYTES)),
    vlans,
    ...(found.network.kind === 'raw' ? { etherType } : {}),
    ...found,
  };
}

type Found<T> = { readonly network: T; readonly trailer: Uint8Array };

/** A tag counts only when an EtherType can follow it. */
function decodeVlans(frame: Uint8Array): Vlan[] {
  const vlans: Vlan[] = [];
  for (let at = 2 * MAC_BYTES; at + VLAN_BYTES + 2 <= frame.byteLength; at += VLAN_BYTES) {
    const tagType = uint16(frame, at);
    if (tagType !== EtherType.vlan && tagType !== EtherType.providerVlan) break;
    const tag = uint16(frame, at + 2);
    vlans.push({ tagType, priority: tag >> 13, dropEligible: (tag & 0x1000) !== 0, id: tag & 0xfff });
  }
  return vlans;
}

function decodeNetwork(bytes: Uint8Array, etherType: number): Found<Packet['network']> {
  const found =
    etherType === EtherType.ipv4
      ? decodeIpv4(bytes)
      : etherType === EtherType.arp
        ? decodeArp(bytes)
        : etherType === EtherType.ipv6
          ? decodeIpv6(bytes)
          : undefined;
  return found ?? { network: { kind: 'raw', bytes } satisfies Raw, trailer: new Uint8Array(0) };
}

function decodeArp(bytes: Uint8Array): Found<Arp> | undefined {
  const ethernetForIpv4 = uint32(bytes, 0) === 0x00010800 && uint16(bytes, 4) === 0x0604;
  if (bytes.byteLength < ARP_BYTES || !ethernetForIpv4) return undefined;
  return {
    network: {
      kind: 'arp',
      operation: uint16(bytes, 6),
      senderMac: macText(bytes.subarray(8)),
      senderIp: ipv4Text(bytes.subarray(14)),
      targetMac: macText(bytes.subarray(18)),
      targetIp: ipv4Text(bytes.subarray(24)),
    },
    trailer: bytes.subarray(ARP_BYTES),
  };
}

function decodeIpv4(bytes: Uint8Array): Found<Ipv4> | undefined {
  const headerBytes = ((bytes[0] ?? 0) & 0xf) * 4;
  const totalLength = uint16(bytes, 2);
  const sane =
    bytes.byteLength >= IPV4_BYTES &&
    (bytes[0] ?? 0) >> 4 === 4 &&
    headerBytes >= IPV4_BYTES &&
    headerBytes <= totalLength &&
    totalLength <= bytes.byteLength;
  if (!sane) return undefined;
  return {
    network: ipv4Layer(bytes.subarray(0, totalLength), headerBytes),
    trailer: bytes.subarray(totalLength),
  };
}

function ipv4Layer(bytes: Uint8Array, headerBytes: number): Ipv4 {
  const protocol = bytes[9] ?? 0;
  const flagsAndOffset = uint16(bytes, 6);
  const fragmentOffset = flagsAndOffset & 0x1fff;
  const body = bytes.subarray(headerBytes);
  const pseudo = ipv4Pseudo(bytes.subarray(12, 16), bytes.subarray(16, 20));
  const payload: Ipv4['payload'] =
    fragmentOffset === 0
      ? decodeTransport(body, protocol, pseudo, IpProtocol.icmp)
      : { kind: 'raw', bytes: body };
  return {
    kind: 'ipv4',
    src: ipv4Text(bytes.subarray(12)),
    dst: ipv4Text(bytes.subarray(16)),
    tos: bytes[1] ?? 0,
    id: uint16(bytes, 4),
    ttl: bytes[8] ?? 0,
    flags: flagsAndOffset >> 13,
    fragmentOffset,
    options: bytes.subarray(IPV4_BYTES, headerBytes),
    ...(payload.kind === 'raw' ? { protocol } : {}),
    payload,
    ...wrongChecksum(bytes.subarray(0, headerBytes), 10, internetChecksum),
  };
}

function decodeIpv6(bytes: Uint8Array): Found<Ipv6> | undefined {
  const end = IPV6_BYTES + uint16(bytes, 4);
  if (bytes.byteLength < end || (bytes[0] ?? 0) >> 4 !== 6) return undefined;
  return { network: ipv6Layer(bytes.subarray(0, end)), trailer: bytes.subarray(end) };
}

function ipv6Layer(bytes: Uint8Array): Ipv6 {
  const first = uint32(bytes, 0);
  const nextHeader = bytes[6] ?? 0;
  const pseudo = ipv6Pseudo(bytes.subarray(8, 24), bytes.subarray(24, 40));
  const payload = decodeTransport(bytes.subarray(IPV6_BYTES), nextHeader, pseudo, IpProtocol.icmpv6);
  return {
    kind: 'ipv6',
    src: ipv6Text(bytes.subarray(8)),
    dst: ipv6Text(bytes.subarray(24)),
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xfffff,
    hopLimit: bytes[7] ?? 0,
    ...(payload.kind === 'raw' ? { nextHeader } : {}),
    payload,
  };
}
