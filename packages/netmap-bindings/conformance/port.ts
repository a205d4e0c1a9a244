// SPDX-License-Identifier: BSD-2-Clause
import { DEVICE_STRUCTURES, decodeStructure } from '@ringlab/netmap-bindings/layout';
import type { Registration } from '../src/port/registration.ts';
import type { Ring } from '../src/port/ring.ts';
import { ringsOf } from '../src/port/rings-of.ts';
import { frame, moveTo, sequenceOf } from '../src/port/testing/frames.ts';
import { call, callForAddress, memoryAt } from './calls.ts';
import { afterwards, FAILED, MAP, openDevice, PROT, poll, requestRegister } from './device.ts';
import { rxSync, txSync } from './syncs.ts';

/** With the places of so many rings behind it. */
const IF_BYTES = DEVICE_STRUCTURES.netmap_if.bytes + 64 * 8;

/** A descriptor that is registered and mapped, with the rings that this package makes of it. */
export class Port {
  fd: number;
  readonly reply: Registration;
  memory = new ArrayBuffer(0);
  txRings: readonly Ring[] = [];
  rxRings: readonly Ring[] = [];
  #address = 0;

  constructor(fd: number, reply: Registration) {
    this.fd = fd;
    this.reply = reply;
    afterwards(() => this.unmap());
  }

  /** Not mapped yet; errno's name if the port is refused. */
  static register(name: string, wanted: Partial<Registration> = {}): Port | string {
    const fd = openDevice();
    const { rc, reply } = requestRegister(fd, name, wanted);
    if (rc === 0) return new Port(fd, reply);
    call('close', fd);
    return String(rc);
  }

  static replyFrom(bytes: Uint8Array): Registration {
    return decodeStructure(DEVICE_STRUCTURES.nmreq_register, bytes);
  }

  static open(name: string, wanted: Partial<Registration> = {}): Port {
    const port = Port.register(name, wanted);
    if (typeof port === 'string' || port.map() !== 0) throw new Error(`${name} cannot be opened: ${port}`);
    return port;
  }

  /** 0, or -1. */
  map(): number {
    const bytes = Number(this.reply.nr_memsize);
    const address = callForAddress('mmap', null, bytes, PROT.READ | PROT.WRITE, MAP.SHARED, this.fd, 0);
    if (address === FAILED) return -1;
    this.#address = address;
    this.memory = memoryAt(address, bytes);
    const { tx, rx } = ringsOf(this.memory, this.reply);
    this.txRings = tx;
    this.rxRings = rx;
    return 0;
  }

  unmap(): void {
    if (this.#address !== 0) call('munmap', this.#address, Number(this.reply.nr_memsize));
    this.#address = 0;
  }

  close(): void {
    this.unmap();
    if (this.fd >= 0) call('close', this.fd);
    this.fd = -1;
  }

  get nifp() {
    const bytes = new Uint8Array(this.memory, Number(this.reply.nr_offset), IF_BYTES);
    return decodeStructure(DEVICE_STRUCTURES.netmap_if, bytes);
  }
  /** Where each ring is from the interface on, all of them. */
  get ringOffsets(): number[] {
    const { ni_tx_rings, ni_host_tx_rings, ni_rx_rings, ni_host_rx_rings, ring_ofs } = this.nifp;
    const count = ni_tx_rings + ni_host_tx_rings + ni_rx_rings + ni_host_rx_rings;
    return ring_ofs
      .slice(0, count)
      .map((bytes) => new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true));
  }
  /** The ring that stands at this place in `ringOffsets`, with its slots, as the tables take it apart. */
  raw(place: number, slotCount = this.reply.nr_tx_slots) {
    const at = this.#ringAt(place);
    const { netmap_ring: RING, netmap_slot: SLOT } = DEVICE_STRUCTURES;
    const bytes = new Uint8Array(this.memory, at, RING.bytes + slotCount * SLOT.bytes);
    const { slot, ...header } = decodeStructure(RING, bytes);
    return {
      at,
      ...header,
      slots: slot.map((one) => ({ at: one.byteOffset, ...decodeStructure(SLOT, one) })),
    };
  }
  #ringAt(place: number): number {
    return Number(this.reply.nr_offset) + (this.ringOffsets[place] ?? 0);
  }

  /** As a program does that does not keep to the rules. */
  writeRxTail(index: number): void {
    const { ni_tx_rings, ni_host_tx_rings } = this.nifp;
    const at = this.#ringAt(ni_tx_rings + ni_host_tx_rings) + DEVICE_STRUCTURES.netmap_ring.fields.tail[1];
    new DataView(this.memory).setUint32(at, index, true);
  }
  /** Writes where a slot's indirect frame is. */
  setSlotPointer(place: number, slot: number, address: number): void {
    const at = this.raw(place).slots[slot]?.at ?? 0;
    new DataView(this.memory).setBigUint64(
      at + DEVICE_STRUCTURES.netmap_slot.fields.ptr[1],
      BigInt(address),
      true,
    );
  }
  /** Where the list of extra buffers begins from now on. */
  setBufsHead(buffer: number): void {
    const at = Number(this.reply.nr_offset) + DEVICE_STRUCTURES.netmap_if.fields.ni_bufs_head[1];
    new DataView(this.memory).setUint32(at, buffer, true);
  }

  get tx(): Ring {
    return this.txRings[0] as Ring;
  }
  get rx(): Ring {
    return this.rxRings[0] as Ring;
  }

  txSync = () => txSync(this.fd);
  rxSync = () => rxSync(this.fd);
  poll = (events: number, timeoutMs = 0) => poll(this.fd, events, timeoutMs);

  /** False if the ring is full; nothing is sent yet. */
  put(dst: number, src: number, sequence: number, bytes = 60, flags = 0): boolean {
    const { tx } = this;
    if (tx.head === tx.tail) return false;
    tx.fill(tx.head, frame(dst, src, sequence, bytes), flags);
    moveTo(tx, tx.next(tx.head));
    return true;
  }
  send(dst: number, src: number, first: number, count: number, bytes = 60): number {
    let sent = 0;
    while (sent < count && this.put(dst, src, first + sent, bytes)) sent++;
    this.txSync();
    return sent;
  }
  fill(dst = -1): number {
    let count = 0;
    while (this.put(dst, 1, count)) count++;
    return count;
  }
  /** The numbers of all frames that are there and come with a sync. */
  take(): number[] {
    const taken: number[] = [];
    this.rxSync();
    for (; this.rx.head !== this.rx.tail; moveTo(this.rx, this.rx.next(this.rx.head)))
      taken.push(sequenceOf(this.rx.slot(this.rx.head).buffer));
    this.rxSync();
    return taken;
  }
  pending(): number {
    this.rxSync();
    return this.rx.space;
  }

  /** How many extra buffers the list has, up to 100. */
  countExtraBuffers(ring = this.tx): number {
    return countChain(ring, this.nifp.ni_bufs_head);
  }
}

/** netmap's list of buffers: each begins with the number of the next one. */
export function countChain(ring: Ring, first: number): number {
  let count = 0;
  for (let next = first; next !== 0 && count < 100; count++) next = linkOf(ring, next);
  return count;
}

export function linkOf(ring: Ring, buffer: number): number {
  const bytes = ring.buffer(buffer);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

export function setLink(ring: Ring, buffer: number, next: number): void {
  const bytes = ring.buffer(buffer);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, next, true);
}
