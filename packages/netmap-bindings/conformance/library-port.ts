// SPDX-License-Identifier: BSD-2-Clause
import {
  DEVICE_STRUCTURES,
  type Decoded,
  decodeStructure,
  encodeStructure,
  LIBRARY_STRUCTURES,
} from '@ringlab/netmap-bindings/layout';
import type { Registration } from '../src/port/registration.ts';
import { ringsOf } from '../src/port/rings-of.ts';
import { call, callForAddress, errnoName, memoryAt } from './calls.ts';
import { afterwards } from './device.ts';

const { nmport_d: DESCRIPTOR } = LIBRARY_STRUCTURES;

/** What libnetmap's nmport_open and nmport_prepare give, taken apart by the tables of this package. */
export class LibraryPort {
  readonly address: number;
  #isThere = true;

  private constructor(address: number) {
    this.address = address;
    afterwards(() => this.close());
  }

  /** errno's name where libnetmap refuses. */
  static from(how: 'nmport_open' | 'nmport_prepare' | 'nmport_clone', what: string | number) {
    call('quiet_libnetmap');
    const address = callForAddress(how, what);
    return address === 0 ? errnoName() : new LibraryPort(address);
  }

  static open(name: string): LibraryPort {
    return LibraryPort.mustBe('nmport_open', name);
  }

  static mustBe(how: 'nmport_open' | 'nmport_prepare' | 'nmport_clone', what: string | number): LibraryPort {
    const port = LibraryPort.from(how, what);
    if (typeof port === 'string') throw new Error(`${how} of ${what}: ${port}`);
    return port;
  }

  close(): void {
    if (this.#isThere) call('nmport_close', this.address);
    this.#isThere = false;
  }
  undoPrepare(): void {
    call('nmport_undo_prepare', this.address);
    this.#isThere = false;
  }

  #bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(memoryAt(this.address, DESCRIPTOR.bytes));
  }
  get fields() {
    return decodeStructure(DESCRIPTOR, this.#bytes());
  }
  get header() {
    return decodeStructure(DEVICE_STRUCTURES.nmreq_header, this.fields.hdr);
  }
  get registration(): Registration {
    return decodeStructure(DEVICE_STRUCTURES.nmreq_register, this.fields.reg);
  }
  /** Changes what will be asked for. */
  set registration(values: Partial<Decoded<typeof DEVICE_STRUCTURES.nmreq_register>>) {
    const bytes = encodeStructure(DEVICE_STRUCTURES.nmreq_register, { ...this.registration, ...values });
    this.#bytes().set(bytes, DESCRIPTOR.fields.reg[1]);
  }

  get rings() {
    const { mem, size } = this.memory;
    return ringsOf(memoryAt(Number(mem), Number(size)), this.registration);
  }
  get memory() {
    const { nmem_d } = LIBRARY_STRUCTURES;
    return decodeStructure(nmem_d, new Uint8Array(memoryAt(Number(this.fields.mem), nmem_d.bytes)));
  }

  /** Where the list of extra buffers begins. */
  get bufsHead(): number {
    const { netmap_if } = DEVICE_STRUCTURES;
    return decodeStructure(netmap_if, new Uint8Array(memoryAt(Number(this.fields.nifp), netmap_if.bytes)))
      .ni_bufs_head;
  }

  inject = (frame: Uint8Array, bytes = frame.byteLength) => call('nmport_inject', this.address, frame, bytes);
  do = (step: string) => call(step, this.address);
}
