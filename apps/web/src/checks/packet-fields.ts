// SPDX-License-Identifier: BSD-2-Clause
/**
 * Names for the bytes of an Ethernet frame: IEEE 802.3 and 802.1Q, ARP (RFC 826), IPv4 (RFC 791), IPv6 (RFC 8200),
 * ICMP (RFC 792), UDP (RFC 768), TCP (RFC 9293). A frame that ends early has the fields that fit.
 */
export interface PacketField {
  readonly layer: string;
  readonly name: string;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly format: FieldFormat;
}

type FieldFormat = 'mac' | 'ipv4' | 'ipv6' | 'number' | 'hex' | 'text';
type FieldRow = readonly [name: string, bytes: number, format: FieldFormat];

interface Layer {
  readonly name: string;
  readonly rows: readonly FieldRow[];
  /** How long the layer's header is, when it says so itself. */
  readonly headerBytes?: (frame: Uint8Array, start: number) => number;
  readonly next: (frame: Uint8Array, start: number) => Layer | undefined;
}

const read16 = (frame: Uint8Array, at: number) => ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);
const nothing = () => undefined;

const udp: Layer = {
  name: 'UDP',
  rows: [
    ['source port', 2, 'number'],
    ['destination port', 2, 'number'],
    ['length', 2, 'number'],
    ['checksum', 2, 'hex'],
  ],
  next: nothing,
};

const tcp: Layer = {
  name: 'TCP',
  rows: [
    ['source port', 2, 'number'],
    ['destination port', 2, 'number'],
    ['sequence number', 4, 'number'],
    ['acknowledgment', 4, 'number'],
    ['offset and flags', 2, 'hex'],
    ['window', 2, 'number'],
    ['checksum', 2, 'hex'],
    ['urgent pointer', 2, 'number'],
  ],
  headerBytes: (frame, start) => ((frame[start + 12] ?? 0x50) >> 4) * 4,
  next: nothing,
};

const icmp: Layer = {
  name: 'ICMP',
  rows: [
    ['type', 1, 'number'],
    ['code', 1, 'number'],
    ['checksum', 2, 'hex'],
    ['identifier', 2, 'number'],
    ['sequence', 2, 'number'],
  ],
  next: nothing,
};

const arp: Layer = {
  name: 'ARP',
  rows: [
    ['hardware type', 2, 'number'],
    ['protocol type', 2, 'hex'],
    ['hardware length', 1, 'number'],
    ['protocol length', 1, 'number'],
    ['operation', 2, 'number'],
    ['sender MAC', 6, 'mac'],
    ['sender address', 4, 'ipv4'],
    ['target MAC', 6, 'mac'],
    ['target address', 4, 'ipv4'],
  ],
  next: nothing,
};

const TRANSPORTS: Readonly<Record<number, Layer>> = { 1: icmp, 6: tcp, 17: udp };

const ipv4: Layer = {
  name: 'IPv4',
  rows: [
    ['version and length', 1, 'hex'],
    ['type of service', 1, 'hex'],
    ['total length', 2, 'number'],
    ['identification', 2, 'number'],
    ['flags and fragment', 2, 'hex'],
    ['time to live', 1, 'number'],
    ['protocol', 1, 'number'],
    ['checksum', 2, 'hex'],
    ['source', 4, 'ipv4'],
    ['destination', 4, 'ipv4'],
  ],
  headerBytes: (frame, start) => ((frame[start] ?? 0x45) & 0x0f) * 4,
  // Only the first fragment starts with a transport header.
  next: (frame, start) =>
    (read16(frame, start + 6) & 0x1fff) === 0 ? TRANSPORTS[frame[start + 9] ?? 0] : undefined,
};

const ipv6: Layer = {
  name: 'IPv6',
  rows: [
    ['version, class and flow', 4, 'hex'],
    ['payload length', 2, 'number'],
    ['next header', 1, 'number'],
    ['hop limit', 1, 'number'],
    ['source', 16, 'ipv6'],
    ['destination', 16, 'ipv6'],
  ],
  next: (frame, start) => TRANSPORTS[frame[start + 6] ?? 0],
};

const vlan: Layer = {
  name: 'VLAN',
  rows: [
    ['tag', 2, 'hex'],
    ['type', 2, 'hex'],
  ],
  next: (frame, start) => ETHER_TYPES[read16(frame, start + 2)],
};

const ethernet: Layer = {
  name: 'Ethernet',
  rows: [
    ['destination', 6, 'mac'],
    ['source', 6, 'mac'],
    ['type', 2, 'hex'],
  ],
  next: (frame, start) => ETHER_TYPES[read16(frame, start + 12)],
};

const ETHER_TYPES: Readonly<Record<number, Layer>> = {
  2048: ipv4,
  2054: arp,
  34525: ipv6,
  33024: vlan,
  34984: vlan,
};

/** Every byte of the frame belongs to exactly one of the fields, in order. */
export function packetFields(frame: Uint8Array): PacketField[] {
  const fields: PacketField[] = [];
  let start = 0;
  for (let layer: Layer | undefined = ethernet; layer !== undefined && start < frame.length; ) {
    const next: Layer | undefined = layer.next(frame, start);
    fields.push(...layerFields(layer, frame, start));
    start = fields.at(-1)?.end ?? frame.length;
    layer = next;
  }
  if (start < frame.length)
    fields.push({ layer: '', name: 'payload', start, end: frame.length, format: 'text' });
  return fields;
}

function layerFields(layer: Layer, frame: Uint8Array, layerStart: number): PacketField[] {
  const fields: PacketField[] = [];
  let start = layerStart;
  const add = (name: string, bytes: number, format: FieldFormat) => {
    const end = Math.min(start + bytes, frame.length);
    if (end > start) fields.push({ layer: layer.name, name, start, end, format });
    start = Math.max(start, end);
  };
  for (const row of layer.rows) add(...row);
  add('options', layerStart + (layer.headerBytes?.(frame, layerStart) ?? 0) - start, 'hex');
  return fields;
}

/** A field's value as people write it; a field that was cut off, as its bytes. */
export function fieldText(frame: Uint8Array, field: PacketField): string {
  const bytes = frame.subarray(field.start, field.end);
  if (bytes.length < field.end - field.start)
    return bytes.length === 0 ? 'missing' : `${hex(bytes, ' ')} (cut off)`;
  return FORMATS[field.format](bytes);
}

const hex = (bytes: Uint8Array, separator: string) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(separator);

const FORMATS: Readonly<Record<FieldFormat, (bytes: Uint8Array) => string>> = {
  mac: (bytes) => hex(bytes, ':'),
  ipv4: (bytes) => bytes.join('.'),
  ipv6: (bytes) =>
    hex(bytes, '')
      .match(/.{1,4}/g)
      ?.join(':') ?? '',
  number: (bytes) => bytes.reduce((value, byte) => value * 256 + byte, 0).toString(),
  hex: (bytes) => `0x${hex(bytes, '')}`,
  text: (bytes) => hex(bytes.subarray(0, 12), ' ') + (bytes.length > 12 ? ` (${bytes.length} bytes)` : ''),
};
