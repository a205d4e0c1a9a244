// SPDX-License-Identifier: BSD-2-Clause
/**
 * Frames as values. Fields that a right sender computes (lengths, checksums) are absent when they are right and
 * stand here when they are not, so that `encodePacket(decodePacket(bytes))` gives back the very same bytes, whatever
 * they were, and a wrong packet is written by naming what is wrong with it. What cannot be taken apart is `raw`.
 *
 * No kept npm package does this: `ip-packet` and `pcap` build on Node's Buffer, know no wrong fields and no Ethernet or
 * need libpcap, and `pcap-parser` reads streams of files only.
 */

/** A checksum that is not the right one: that very number, or any wrong one. */
export type WrongChecksum = number | 'wrong';

export interface Packet {
  /** `02:00:00:00:00:01`. */
  readonly dst: string;
  readonly src: string;
  /** Outermost first. */
  readonly vlans: readonly Vlan[];
  readonly network: Arp | Ipv4 | Ipv6 | Raw;
  /** Only with `raw`: ARP, IPv4 and IPv6 have their own. */
  readonly etherType?: number;
  /** What follows the network packet in the frame, such as padding. */
  readonly trailer: Uint8Array;
}

export interface Vlan {
  readonly id: number;
  readonly priority: number;
  readonly dropEligible: boolean;
  /** 0x8100, or 0x88a8 for a provider's tag. */
  readonly tagType: number;
}

export interface Raw {
  readonly kind: 'raw';
  readonly bytes: Uint8Array;
}

export interface Arp {
  readonly kind: 'arp';
  /** 1 asks, 2 answers. */
  readonly operation: number;
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetMac: string;
  readonly targetIp: string;
}

export interface Ipv4 {
  readonly kind: 'ipv4';
  readonly src: string;
  readonly dst: string;
  readonly tos: number;
  readonly id: number;
  readonly ttl: number;
  /** The three bits before the offset: 4 reserved, 2 don't fragment, 1 more fragments. */
  readonly flags: number;
  /** In units of 8 bytes, as on the wire. */
  readonly fragmentOffset: number;
  /** A multiple of 4 bytes, at most 40. */
  readonly options: Uint8Array;
  /** Only with a `raw` payload: UDP, TCP and ICMP have their own. */
  readonly protocol?: number;
  readonly payload: Transport;
  readonly version?: number;
  /** In 32-bit words. */
  readonly headerWords?: number;
  readonly totalLength?: number;
  readonly checksum?: WrongChecksum;
}

export interface Ipv6 {
  readonly kind: 'ipv6';
  readonly src: string;
  readonly dst: string;
  readonly trafficClass: number;
  readonly flowLabel: number;
  readonly hopLimit: number;
  /** Only with a `raw` payload. Extension headers are raw. */
  readonly nextHeader?: number;
  readonly payload: Transport;
  readonly payloadLength?: number;
}

export type Transport = Udp | Tcp | Icmp | Raw;

export interface Udp {
  readonly kind: 'udp';
  readonly sport: number;
  readonly dport: number;
  readonly payload: Uint8Array;
  readonly length?: number;
  readonly checksum?: WrongChecksum;
}

export interface Tcp {
  readonly kind: 'tcp';
  readonly sport: number;
  readonly dport: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** 12 bits: three reserved, then NS, CWR, ECE, URG, ACK, PSH, RST, SYN, FIN. */
  readonly flags: number;
  readonly window: number;
  readonly urgent: number;
  /** A multiple of 4 bytes, at most 40. */
  readonly options: Uint8Array;
  readonly payload: Uint8Array;
  readonly checksum?: WrongChecksum;
}

/** ICMP over IPv4, ICMPv6 over IPv6. */
export interface Icmp {
  readonly kind: 'icmp';
  readonly type: number;
  readonly code: number;
  /** Everything after the checksum. */
  readonly body: Uint8Array;
  readonly checksum?: WrongChecksum;
}

export const EtherType = {
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  providerVlan: 0x88a8,
} as const;
export const IpProtocol = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;
