// SPDX-License-Identifier: BSD-2-Clause
import { concat, utf8 } from './bytes.ts';
import { encodePacket } from './encode.ts';
import {
  type Arp,
  EtherType,
  type Icmp,
  type Ipv4,
  type Ipv6,
  type Packet,
  type Tcp,
  type Transport,
  type Udp,
  type Vlan,
} from './packet.ts';

export { toHex } from './bytes.ts';

/** What every frame has. Without `padTo` a frame is as long as its contents. */
export interface FrameFields {
  readonly dstMac?: string;
  readonly srcMac?: string;
  readonly vlans?: readonly (Partial<Vlan> & Pick<Vlan, 'id'>)[];
  /** Zeros are added up to this many bytes; 60 is what a NIC would send. */
  readonly padTo?: number;
}

export type Ipv4Fields = FrameFields & Partial<Omit<Ipv4, 'kind' | 'payload'>>;
export type Ipv6Fields = FrameFields & Partial<Omit<Ipv6, 'kind' | 'payload'>>;
export type UdpFields = Partial<Pick<Udp, 'sport' | 'length'>> &
  Pick<Udp, 'dport'> & {
    /** Text is sent as UTF-8. */
    readonly payload?: Uint8Array | string;
    readonly udpChecksum?: Udp['checksum'];
  };
export type TcpFields = Partial<Omit<Tcp, 'kind' | 'dport' | 'payload' | 'checksum' | 'options'>> &
  Pick<Tcp, 'dport'> & {
    readonly payload?: Uint8Array | string;
    readonly tcpChecksum?: NonNullable<Tcp['checksum']>;
  };
export interface PingFields {
  readonly icmpChecksum?: NonNullable<Icmp['checksum']>;
}

const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const SENDER_MAC = '02:00:00:00:00:01';
const NO_BYTES = new Uint8Array(0);

/** UDP over IPv4. */
export function udp(fields: Ipv4Fields & UdpFields): Packet {
  return ipv4(fields, udpLayer(fields));
}

/** UDP over IPv6. */
export function udp6(fields: Ipv6Fields & UdpFields): Packet {
  return ipv6(fields, udpLayer(fields));
}

/** TCP over IPv4; a SYN unless told otherwise. */
export function tcp(fields: Ipv4Fields & TcpFields): Packet {
  // `flags` is a field of both layers; here it is TCP's, and the IP packet asks not to be fragmented.
  return ipv4({ ...fields, flags: 2 }, tcpLayer(fields));
}

/** TCP over IPv6; a SYN unless told otherwise. */
export function tcp6(fields: Ipv6Fields & TcpFields): Packet {
  return ipv6(fields, tcpLayer(fields));
}

/** An ICMP echo request over IPv4. */
export function ping(fields: Ipv4Fields & PingFields = {}): Packet {
  return ipv4(fields, echoLayer(8, fields));
}

/** An ICMPv6 echo request. */
export function ping6(fields: Ipv6Fields & PingFields = {}): Packet {
  return ipv6(fields, echoLayer(128, fields));
}

/** An ARP request. */
export function arp(fields: FrameFields & Partial<Omit<Arp, 'kind'>> = {}): Packet {
  const { operation = 1, senderMac = fields.srcMac ?? SENDER_MAC, senderIp = '10.0.0.1' } = fields;
  const { targetMac = '00:00:00:00:00:00', targetIp = '10.1.0.1' } = fields;
  return frame(fields, { kind: 'arp', operation, senderMac, senderIp, targetMac, targetIp });
}

/** A frame of an EtherType that is not taken apart, or of bytes that make no sense. */
export function ethernet(etherType: number, bytes: Uint8Array, fields: FrameFields = {}): Packet {
  return { ...frame(fields, { kind: 'raw', bytes }), etherType };
}

export function ipv4(fields: Ipv4Fields, payload: Transport): Packet {
  const {
    src = '10.0.0.1',
    dst = '10.1.0.1',
    tos = 0,
    id = 0,
    ttl = 64,
    flags = 0,
    fragmentOffset = 0,
  } = fields;
  const { options = NO_BYTES, protocol, version, headerWords, totalLength, checksum } = fields;
  return frame(fields, {
    kind: 'ipv4',
    src,
    dst,
    tos,
    id,
    ttl,
    flags,
    fragmentOffset,
    options,
    payload,
    ...present({ protocol, version, headerWords, totalLength, checksum }),
  });
}

export function ipv6(fields: Ipv6Fields, payload: Transport): Packet {
  const { src = 'fd00::1', dst = 'fd00:1::1', trafficClass = 0, flowLabel = 0, hopLimit = 64 } = fields;
  const { nextHeader, payloadLength } = fields;
  return frame(fields, {
    kind: 'ipv6',
    src,
    dst,
    trafficClass,
    flowLabel,
    hopLimit,
    payload,
    ...present({ nextHeader, payloadLength }),
  });
}

/** The frame cut to its first `bytes`: a runt, or one that lost its end. */
export function cut(packet: Packet, bytes: number): Uint8Array {
  return encodePacket(packet).slice(0, bytes);
}

function tcpLayer(fields: TcpFields): Tcp {
  const { sport = 40000, dport, sequence = 1, acknowledgment = 0, window = 65535, urgent = 0 } = fields;
  return {
    kind: 'tcp',
    sport,
    dport,
    sequence,
    acknowledgment,
    window,
    urgent,
    flags: fields.flags ?? 2,
    options: NO_BYTES,
    payload: payloadBytes(fields.payload),
    ...present({ checksum: fields.tcpChecksum }),
  };
}

function echoLayer(type: number, { icmpChecksum }: PingFields): Icmp {
  return {
    kind: 'icmp',
    type,
    code: 0,
    body: Uint8Array.of(0, 1, 0, 1),
    ...present({ checksum: icmpChecksum }),
  };
}

function udpLayer({ sport = 40000, dport, payload, length, udpChecksum }: UdpFields): Udp {
  return {
    kind: 'udp',
    sport,
    dport,
    payload: payloadBytes(payload),
    ...present({ length, checksum: udpChecksum }),
  };
}

function payloadBytes(payload: Uint8Array | string | undefined): Uint8Array {
  return typeof payload === 'string' ? utf8(payload) : (payload ?? NO_BYTES);
}

function frame(fields: FrameFields, network: Packet['network']): Packet {
  const { dstMac = BROADCAST, srcMac = SENDER_MAC, vlans = [] } = fields;
  const bare: Packet = { dst: dstMac, src: srcMac, vlans: vlans.map(vlan), network, trailer: NO_BYTES };
  const missing = (fields.padTo ?? 0) - encodePacket(bare).byteLength;
  return missing > 0 ? { ...bare, trailer: concat(new Uint8Array(missing)) } : bare;
}

function vlan({
  id,
  priority = 0,
  dropEligible = false,
  tagType = EtherType.vlan,
}: Partial<Vlan> & Pick<Vlan, 'id'>): Vlan {
  return { id, priority, dropEligible, tagType };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Only the fields that have a value. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
