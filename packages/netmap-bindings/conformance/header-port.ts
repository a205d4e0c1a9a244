// SPDX-License-Identifier: BSD-2-Clause
import {
  DEVICE_STRUCTURES,
  decodeStructure,
  encodeStructure,
  LIBRARY_STRUCTURES,
} from '@ringlab/netmap-bindings/layout';
import { Ring } from '../src/port/ring.ts';
import { addressOf, ask, call, callForAddress, errnoName, memoryAt } from './calls.ts';
import { afterwards } from './device.ts';

const { nm_desc: DESCRIPTOR } = LIBRARY_STRUCTURES;

/** What nm_open of netmap's header library gives, taken apart by the tables of this package. */
export class HeaderPort {
  readonly address: number;
  #isOpen = true;

  private constructor(address: number) {
    this.address = address;
    afterwards(() => void this.close());
  }

  /** `from` is a descriptor, or what stands in one. */
  static tryOpen(name: string, request: Uint8Array | null, flags: number, from: number | Uint8Array) {
    const parent = typeof from === 'number' ? from : addressOf(from);
    const address = callForAddress('header_open', name, request, flags, parent);
    return address === 0 ? errnoName() : new HeaderPort(address);
  }

  static open(name: string, request: Uint8Array | null = null, flags = 0, from: number | Uint8Array = 0) {
    const opened = HeaderPort.tryOpen(name, request, flags, from);
    if (typeof opened === 'string') throw new Error(`${name} cannot be opened: ${opened}`);
    return opened;
  }

  close(): number {
    if (!this.#isOpen) return -1;
    this.#isOpen = false;
    return call('header_close', this.address);
  }

  get fields() {
    return decodeStructure(DESCRIPTOR, new Uint8Array(memoryAt(this.address, DESCRIPTOR.bytes)));
  }
  get fd(): number {
    return this.fields.fd;
  }
  get request() {
    return decodeStructure(DEVICE_STRUCTURES.nmreq, this.fields.req);
  }
  get nifp() {
    const { mem, memsize, nifp } = this.fields;
    const bytes = new Uint8Array(memoryAt(Number(nifp), Math.min(1024, Number(mem + memsize - nifp))));
    return decodeStructure(DEVICE_STRUCTURES.netmap_if, bytes);
  }

  #ring(address: bigint, direction: 'tx' | 'rx'): Ring {
    const { mem, memsize } = this.fields;
    return new Ring(memoryAt(Number(mem), Number(memsize)), Number(address - mem), direction, 0);
  }
  #ringAt(place: number): bigint {
    const bytes = this.nifp.ring_ofs[place] as Uint8Array;
    return this.fields.nifp + new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true);
  }
  get someRing(): Ring {
    return this.#ring(this.fields.some_ring, 'rx');
  }
  /** The ring's own word for its direction. */
  get someDirection(): number {
    const { some_ring } = this.fields;
    const ring = new Uint8Array(memoryAt(Number(some_ring), DEVICE_STRUCTURES.netmap_ring.bytes));
    return decodeStructure(DEVICE_STRUCTURES.netmap_ring, ring).dir;
  }
  get tx(): Ring {
    return this.#ring(this.#ringAt(0), 'tx');
  }
  get rx(): Ring {
    const { ni_tx_rings, ni_host_tx_rings } = this.nifp;
    return this.#ring(this.#ringAt(ni_tx_rings + ni_host_tx_rings), 'rx');
  }

  inject = (frame: Uint8Array) => call('header_inject', this.address, frame, frame.byteLength);
  map = (parent = 0) => ask('header_mmap', this.address, parent);

  /** What nm_nextpkt says of the next packet, if there is one. */
  next() {
    const header = encodeStructure(LIBRARY_STRUCTURES.nm_pkthdr, {});
    const found = call('header_nextpkt', this.address, header);
    return found === 0 ? undefined : decodeStructure(LIBRARY_STRUCTURES.nm_pkthdr, header);
  }

  /** How many packets nm_dispatch says it gave, and what its callback saw. */
  dispatch(count: number) {
    const seen = new Int32Array(1 + 16 + 16);
    const returned = call('header_dispatch', this.address, count, seen);
    const calls = seen[0] ?? 0;
    return {
      returned,
      calls,
      lengths: [...seen.slice(1, 1 + calls)],
      flags: [...seen.slice(17, 17 + calls)],
    };
  }
}
