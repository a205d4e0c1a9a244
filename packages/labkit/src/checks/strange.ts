// SPDX-License-Identifier: BSD-2-Clause
import {
  arp,
  cut,
  ethernet,
  type Ipv4Fields,
  tcp,
  type UdpFields,
  udp,
  udp6,
} from '@ringlab/netmap-bindings/layout';
import type { Frame } from './context.ts';
import { frameBytes } from './exchange.ts';

/**
 * What a network has besides good packets: VLAN tags, IP options, fragments, lengths that lie, other protocols, and frames
 * cut anywhere behind their addresses. Each is another one.
 */
export function strangeFrames(fields: Partial<Ipv4Fields & UdpFields> = {}): Frame[] {
  const base = { dport: 8000, ...fields };
  const { srcMac, dstMac, src, dst } = base;
  const macs = { ...(srcMac !== undefined && { srcMac }), ...(dstMac !== undefined && { dstMac }) };
  const addresses = { ...macs, ...(src !== undefined && { src }), ...(dst !== undefined && { dst }) };
  return [
    udp({ ...base, vlans: [{ id: 7, priority: 3 }], padTo: 64 }),
    udp({ ...base, vlans: [{ id: 9, tagType: 0x88a8 }, { id: 1 }], padTo: 64 }),
    udp({ ...base, options: new Uint8Array(12).fill(1), padTo: 60 }),
    udp({ ...base, options: new Uint8Array(40).fill(1), padTo: 60 }),
    udp({ ...base, id: 7, flags: 1, payload: 'the first of some fragments', length: 3000 }),
    udp({ ...base, id: 7, fragmentOffset: 4, payload: 'a later fragment', padTo: 60 }),
    udp({ ...base, totalLength: 1400, padTo: 60 }),
    udp({ ...base, totalLength: 19, padTo: 60 }),
    udp({ ...base, headerWords: 15 }),
    udp({ ...base, headerWords: 2, padTo: 60 }),
    udp({ ...base, length: 3, padTo: 60 }),
    udp({ ...base, version: 6, padTo: 60 }),
    tcp({ ...addresses, dport: base.dport, padTo: 60 }),
    udp6({ ...macs, dport: base.dport }),
    arp({ ...macs, padTo: 60 }),
    ethernet(0x88b5, frameBytes(udp(base)).subarray(14), macs),
    ...Array.from({ length: 28 }, (_, bytes) => cut(udp(base), 14 + bytes)),
  ];
}
