// SPDX-License-Identifier: BSD-2-Clause
import { decodePacket, type Ipv4, type Packet } from '@ringlab/netmap-bindings/layout';

/** A frame in a few words, for a sentence: `a 60-byte frame (VLAN 7, UDP 10.0.0.1:40000 to 10.1.0.1:8000)`. */
export function describeFrame(bytes: Uint8Array): string {
  const packet = decodePacket(bytes);
  const article = /^(8|11$|18$)/.test(String(bytes.byteLength)) ? 'an' : 'a';
  const contents = packet === undefined ? 'shorter than an Ethernet header' : packetWords(packet);
  return `${article} ${bytes.byteLength}-byte frame (${contents})`;
}

function packetWords({ vlans, network, etherType = 0 }: Packet): string {
  return [...vlans.map(({ id }) => `VLAN ${id}`), networkWords(network, etherType)].join(', ');
}

function networkWords(network: Packet['network'], etherType: number): string {
  switch (network.kind) {
    case 'arp':
      return `ARP for ${network.targetIp}`;
    case 'raw':
      return `EtherType 0x${etherType.toString(16).padStart(4, '0')}`;
    case 'ipv4':
      return `${ipv4Words(network)}${transportWords(network)}`;
    case 'ipv6':
      return `IPv6, ${transportWords(network)}`;
  }
}

function ipv4Words({ options, fragmentOffset }: Ipv4): string {
  const optionWords = options.byteLength === 0 ? '' : `${options.byteLength} bytes of IP options, `;
  return `${optionWords}${fragmentOffset === 0 ? '' : `fragment at byte ${fragmentOffset * 8}, `}`;
}

function transportWords({ src, dst, payload }: Pick<Ipv4, 'src' | 'dst' | 'payload'>): string {
  if (payload.kind !== 'udp' && payload.kind !== 'tcp')
    return `${payload.kind.toUpperCase()} ${src} to ${dst}`;
  return `${payload.kind.toUpperCase()} ${src}:${payload.sport} to ${dst}:${payload.dport}`;
}
