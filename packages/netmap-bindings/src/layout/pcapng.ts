// SPDX-License-Identifier: BSD-2-Clause
import { type Block, blockBytes, readBlocks } from './pcapng-blocks.ts';
import { failure, type Result, success } from './result.ts';

/** pcapng, by the IETF's draft-ietf-opsawg-pcapng: sections, interfaces, packets; other blocks are passed over. */
export interface CaptureNg {
  /** Of all sections, in their order; a packet's `interface` counts through them. */
  readonly interfaces: readonly CaptureInterface[];
  readonly packets: readonly CapturedPacketNg[];
  /** The file ended inside a block, or a block made no sense; what came before is in `packets`. */
  readonly truncated: boolean;
}

export interface CaptureInterface {
  /** 1 is Ethernet. */
  readonly linkType: number;
  /** 0 is no limit. */
  readonly snapBytes: number;
  readonly name?: string;
}

export interface CapturedPacketNg {
  readonly interface: number;
  /** Since 1970. Absent in simple packet blocks. */
  readonly nanoseconds?: bigint;
  readonly originalBytes: number;
  readonly bytes: Uint8Array;
}

// In Node and in browsers alike; this project knows the globals of neither.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string };

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const OPTION_NAME = 2;
const OPTION_RESOLUTION = 9;
const OPTION_OFFSET = 14;
const NANOSECONDS = 9;

interface Clock {
  /** Ticks a second. */
  readonly ticks: bigint;
  readonly offsetSeconds: bigint;
}

/** Never throws. */
export function readPcapng(file: Uint8Array): Result<CaptureNg> {
  const { blocks, truncated } = readBlocks(file);
  if (blocks[0]?.type !== SECTION)
    return failure('This is no pcapng file: it does not begin with a section.');
  const reader = new Reader();
  const isWhole = blocks.every((block) => reader.take(block));
  return success({
    interfaces: reader.interfaces,
    packets: reader.packets,
    truncated: truncated || !isWhole,
  });
}

class Reader {
  readonly interfaces: CaptureInterface[] = [];
  readonly packets: CapturedPacketNg[] = [];
  readonly #clocks: Clock[] = [];
  /** Where the interfaces of this section begin. */
  #first = 0;

  /** False for a block that makes no sense. */
  take(block: Block): boolean {
    switch (block.type) {
      case SECTION:
        this.#first = this.interfaces.length;
        return true;
      case INTERFACE:
        return this.#takeInterface(block);
      case ENHANCED_PACKET:
        return this.#takePacket(block, 4, block.u32(0));
      case OBSOLETE_PACKET:
        return this.#takePacket(block, 4, block.u16(0));
      case SIMPLE_PACKET:
        return this.#takeSimple(block);
      default:
        return true;
    }
  }

  #takeInterface(block: Block): boolean {
    if (block.body.byteLength < 8) return false;
    const options = block.options(8);
    const name = options.get(OPTION_NAME);
    this.interfaces.push({
      linkType: block.u16(0),
      snapBytes: block.u32(4),
      ...(name === undefined ? {} : { name: new TextDecoder().decode(name) }),
    });
    this.#clocks.push(clockOf(options, block.isLittle));
    return true;
  }

  #takePacket(block: Block, at: number, number: number): boolean {
    const index = this.#first + number;
    const clock = this.#clocks[index];
    const length = block.u32(at + 8);
    const start = at + 16;
    if (clock === undefined || start + length > block.body.byteLength) return false;
    const ticks = (BigInt(block.u32(at)) << 32n) | BigInt(block.u32(at + 4));
    this.packets.push({
      interface: index,
      nanoseconds: clock.offsetSeconds * 1_000_000_000n + (ticks * 1_000_000_000n) / clock.ticks,
      originalBytes: block.u32(at + 12),
      bytes: block.body.subarray(start, start + length),
    });
    return true;
  }

  /** Its length stands nowhere: it is what the interface's limit left of the packet. */
  #takeSimple(block: Block): boolean {
    const on = this.interfaces[this.#first];
    if (on === undefined || block.body.byteLength < 4) return false;
    const originalBytes = block.u32(0);
    const length = on.snapBytes === 0 ? originalBytes : Math.min(originalBytes, on.snapBytes);
    if (4 + length > block.body.byteLength) return false;
    this.packets.push({ interface: this.#first, originalBytes, bytes: block.body.subarray(4, 4 + length) });
    return true;
  }
}

/** `if_tsresol`: a power of ten, or with the highest bit a power of two; microseconds without it. */
function clockOf(options: ReadonlyMap<number, Uint8Array>, isLittle: boolean): Clock {
  const resolution = options.get(OPTION_RESOLUTION)?.[0] ?? 6;
  const offset = options.get(OPTION_OFFSET);
  const view = offset?.byteLength === 8 ? new DataView(offset.buffer, offset.byteOffset, 8) : undefined;
  return {
    ticks: resolution & 0x80 ? 1n << BigInt(resolution & 0x7f) : 10n ** BigInt(resolution),
    offsetSeconds: view?.getBigInt64(0, isLittle) ?? 0n,
  };
}

/** One section, little-endian, with nanoseconds; packets without a time get 1970. Without interfaces: one of Ethernet. */
export function writePcapng(
  packets: readonly (Partial<CapturedPacketNg> & Pick<CapturedPacketNg, 'bytes'>)[],
  interfaces: readonly CaptureInterface[] = [{ linkType: 1, snapBytes: 0 }],
): Uint8Array<ArrayBuffer> {
  const blocks = [sectionBlock(), ...interfaces.map(interfaceBlock), ...packets.map(packetBlock)];
  const file = new Uint8Array(blocks.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const block of blocks) {
    file.set(block, at);
    at += block.byteLength;
  }
  return file;
}

function sectionBlock(): Uint8Array {
  const body = new DataView(new ArrayBuffer(16));
  body.setUint32(0, 0x1a2b3c4d, true);
  body.setUint16(4, 1, true);
  // The section's length is not said.
  body.setBigInt64(8, -1n, true);
  return blockBytes(SECTION, new Uint8Array(body.buffer));
}

function interfaceBlock({ linkType, snapBytes, name }: CaptureInterface): Uint8Array {
  const body = new DataView(new ArrayBuffer(8));
  body.setUint16(0, linkType, true);
  body.setUint32(4, snapBytes, true);
  const named = name === undefined ? [] : [[OPTION_NAME, new TextEncoder().encode(name)] as const];
  return blockBytes(INTERFACE, new Uint8Array(body.buffer), [
    ...named,
    [OPTION_RESOLUTION, Uint8Array.of(NANOSECONDS)],
  ]);
}

function packetBlock(packet: Partial<CapturedPacketNg> & Pick<CapturedPacketNg, 'bytes'>): Uint8Array {
  const { bytes, nanoseconds = 0n, originalBytes = bytes.byteLength } = packet;
  const body = new Uint8Array(20 + bytes.byteLength);
  const view = new DataView(body.buffer);
  view.setUint32(0, packet.interface ?? 0, true);
  view.setUint32(4, Number((nanoseconds >> 32n) & 0xffffffffn), true);
  view.setUint32(8, Number(nanoseconds & 0xffffffffn), true);
  view.setUint32(12, bytes.byteLength, true);
  view.setUint32(16, originalBytes, true);
  body.set(bytes, 20);
  return blockBytes(ENHANCED_PACKET, body);
}
