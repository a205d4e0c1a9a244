// SPDX-License-Identifier: BSD-2-Clause
import { failure, type Result, success } from './result.ts';

/** Classic pcap, as `man 5 pcap-savefile` describes it: both byte orders, micro- and nanoseconds. */
export interface Capture {
  readonly resolution: 'us' | 'ns';
  readonly byteOrder: 'little' | 'big';
  /** 1 is Ethernet. */
  readonly linkType: number;
  readonly snapBytes: number;
  readonly packets: readonly CapturedPacket[];
  /** The file ended inside a packet, or a packet's header made no sense; what came before is in `packets`. */
  readonly truncated: boolean;
}

export interface CapturedPacket {
  readonly seconds: number;
  readonly nanoseconds: number;
  /** On the wire; more than `bytes` holds when the capture cut it. */
  readonly originalBytes: number;
  readonly bytes: Uint8Array;
}

export interface CaptureOptions {
  readonly resolution?: 'us' | 'ns';
  readonly byteOrder?: 'little' | 'big';
  readonly linkType?: number;
  readonly snapBytes?: number;
}

const MAGIC_US = 0xa1b2c3d4;
const MAGIC_NS = 0xa1b23c4d;
const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;
const LINK_ETHERNET = 1;
const SNAP_BYTES = 262144;

/** Never throws. */
export function readPcap(file: Uint8Array): Result<Capture> {
  if (file.byteLength < FILE_HEADER_BYTES)
    return failure(`A pcap file has at least ${FILE_HEADER_BYTES} bytes; this has ${file.byteLength}.`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const form = readMagic(view);
  if (form === undefined)
    return failure('This is no classic pcap file: its first four bytes are of no known kind.');
  const little = form.byteOrder === 'little';
  return success({
    ...form,
    snapBytes: view.getUint32(16, little),
    linkType: view.getUint32(20, little),
    ...readPackets(file, view, form),
  });
}

type Form = Pick<Capture, 'resolution' | 'byteOrder'>;

function readMagic(view: DataView): Form | undefined {
  for (const byteOrder of ['little', 'big'] as const) {
    const magic = view.getUint32(0, byteOrder === 'little');
    if (magic === MAGIC_US) return { resolution: 'us', byteOrder };
    if (magic === MAGIC_NS) return { resolution: 'ns', byteOrder };
  }
  return undefined;
}

function readPackets(file: Uint8Array, view: DataView, form: Form): Pick<Capture, 'packets' | 'truncated'> {
  const packets: CapturedPacket[] = [];
  let at = FILE_HEADER_BYTES;
  while (at < file.byteLength) {
    const packet = readPacket(file, view, form, at);
    if (packet === undefined) return { packets, truncated: true };
    packets.push(packet);
    at += PACKET_HEADER_BYTES + packet.bytes.byteLength;
  }
  return { packets, truncated: false };
}

function readPacket(file: Uint8Array, view: DataView, form: Form, at: number): CapturedPacket | undefined {
  const start = at + PACKET_HEADER_BYTES;
  if (start > file.byteLength) return undefined;
  const little = form.byteOrder === 'little';
  const length = view.getUint32(at + 8, little);
  if (start + length > file.byteLength) return undefined;
  return {
    seconds: view.getUint32(at, little),
    nanoseconds: view.getUint32(at + 4, little) * (form.resolution === 'us' ? 1000 : 1),
    originalBytes: view.getUint32(at + 12, little),
    bytes: file.subarray(start, start + length),
  };
}

/** Frames without a time get 0; with `us`, a packet's nanoseconds are cut to microseconds. */
export function writePcap(
  packets: readonly (Partial<CapturedPacket> & Pick<CapturedPacket, 'bytes'>)[],
  options: CaptureOptions = {},
): Uint8Array<ArrayBuffer> {
  const total = packets.reduce(
    (sum, { bytes }) => sum + PACKET_HEADER_BYTES + bytes.byteLength,
    FILE_HEADER_BYTES,
  );
  const file = new Uint8Array(total);
  const view = new DataView(file.buffer);
  writeFileHeader(view, options);
  let at = FILE_HEADER_BYTES;
  for (const packet of packets) at = writePacket(file, view, at, packet, options);
  return file;
}

function writeFileHeader(view: DataView, options: CaptureOptions): void {
  const little = options.byteOrder !== 'big';
  view.setUint32(0, options.resolution === 'ns' ? MAGIC_NS : MAGIC_US, little);
  view.setUint16(4, 2, little);
  view.setUint16(6, 4, little);
  view.setUint32(16, options.snapBytes ?? SNAP_BYTES, little);
  view.setUint32(20, options.linkType ?? LINK_ETHERNET, little);
}

function writePacket(
  file: Uint8Array,
  view: DataView,
  at: number,
  packet: Partial<CapturedPacket> & Pick<CapturedPacket, 'bytes'>,
  options: CaptureOptions,
): number {
  const little = options.byteOrder !== 'big';
  const { bytes, seconds = 0, nanoseconds = 0, originalBytes = bytes.byteLength } = packet;
  view.setUint32(at, seconds, little);
  view.setUint32(at + 4, options.resolution === 'ns' ? nanoseconds : Math.trunc(nanoseconds / 1000), little);
  view.setUint32(at + 8, bytes.byteLength, little);
  view.setUint32(at + 12, originalBytes, little);
  file.set(bytes, at + PACKET_HEADER_BYTES);
  return at + PACKET_HEADER_BYTES + bytes.byteLength;
}
