// SPDX-License-Identifier: BSD-2-Clause
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  DEVICE_STRUCTURES,
  decodeStructure,
  NETMAP,
  NETMAP_IOCTL,
  parsePortName,
  registeredName,
} from '@ringlab/netmap-bindings/layout';
import { Batch } from './batch.ts';
import { readChain, writeChain } from './buffer-chain.ts';
import { type Native, type NativePort, native, type Opened } from './native.ts';
import { isRefusal, NetmapError, refusal } from './netmap-error.ts';
import { type PortShape, type Registration, registration } from './registration.ts';
import type { Ring } from './ring.ts';
import { type Rings, ringsOf } from './rings-of.ts';
import { POLL, Sleeper } from './sleeper.ts';

export interface PortOptions extends PortShape {
  /** unetmap's region directory, even if there is a /dev/netmap. Without it UNETMAP_DIR is used where there is none. */
  readonly region?: string;
  /** Path of libunetmap.so. Without it, UNETMAP_LIBRARY, or the one built beside this package. */
  readonly library?: string;
}

const { EBADF, EINVAL, EIO, EMSGSIZE, EOPNOTSUPP, EPROTO } = constants.errno;
const LIBRARY = fileURLToPath(new URL('../../../unetmap/build/lib/libunetmap.so', import.meta.url));

/** How long a loop over batches may go on without giving the event loop a turn. */
const TURN_MS = 2;
/** How long it looks for more before it sleeps: about what falling asleep and being woken costs. */
const LOOK_MS = 0.05;

/**
 * An open netmap port, over in-kernel netmap or unetmap. Rings, slots and buffers are netmap's own memory: nothing is
 * copied, and after `close` every view of it is empty.
 */
export class NetmapPort implements AsyncDisposable, AsyncIterable<Batch> {
  /** As it was asked for. */
  readonly name: string;
  /** `system`: /dev/netmap answered, the kernel's or a preloaded library's. `unetmap`: a library that was loaded for it. */
  readonly engine: 'system' | 'unetmap';
  /** What netmap answered: geometry, memory region, number of extra buffers. */
  readonly registration: Registration;
  readonly txRings: readonly Ring[];
  readonly rxRings: readonly Ring[];
  /** The whole shared memory; empty after `close`. */
  readonly memory: ArrayBuffer;
  readonly #native: Native;
  readonly #port: NativePort;
  readonly #sleeper: Sleeper;
  #isOpen = true;

  /** Rejects with NetmapError, which says what to do where that is known. */
  static async open(name: string, options: PortOptions = {}): Promise<NetmapPort> {
    const parsed = parsePortName(name);
    if (!parsed.ok) throw new NetmapError(name, refusal(EINVAL, 'parse', parsed.message));
    const { share, offset, externalMemory, ...wanted } = parsed.value;
    if (offset !== undefined || externalMemory !== undefined)
      throw new NetmapError(
        name,
        refusal(EOPNOTSUPP, 'parse', 'offsets and external memory are not offered'),
      );
    const memoryId =
      share === undefined ? wanted.memoryId : await regionOf(share, wanted.memoryId, name, options);
    const wake: { port?: WeakRef<Sleeper> } = {};
    const opened = await openNative(
      name,
      registeredName(wanted),
      registration(memoryId === undefined ? wanted : { ...wanted, memoryId }, options),
      options,
      (ready) => wake.port?.deref()?.wake(ready),
    );
    const port = new NetmapPort(name, opened);
    wake.port = new WeakRef(port.#sleeper);
    return port;
  }

  private constructor(
    name: string,
    { addon, port, memory, reply, engine }: Opened & { readonly addon: Native },
  ) {
    this.name = name;
    this.engine = engine;
    this.registration = decodeStructure(DEVICE_STRUCTURES.nmreq_register, new Uint8Array(reply));
    this.memory = memory;
    this.#native = addon;
    this.#port = port;
    this.#sleeper = new Sleeper((events) => addon.ask(port, events));
    const rings = this.#rings();
    this.txRings = rings.tx;
    this.rxRings = rings.rx;
  }

  #rings(): Rings {
    try {
      return ringsOf(this.memory, this.registration);
    } catch (error) {
      this.close();
      throw new NetmapError(this.name, refusal(EPROTO, 'rings', error instanceof Error ? error.message : ''));
    }
  }

  /** NIOCTXSYNC: what `head` has moved over goes out. Throws NetmapError. */
  txSync(): void {
    this.#sync('NIOCTXSYNC');
  }

  /** NIOCRXSYNC: `tail` moves to what has come in, and released slots go back. Throws NetmapError. */
  rxSync(): void {
    this.#sync('NIOCRXSYNC');
  }

  #sync(call: 'NIOCTXSYNC' | 'NIOCRXSYNC'): void {
    const errno = this.#native.sync(this.#port, NETMAP_IOCTL[call]);
    if (errno !== 0) throw new NetmapError(this.name, refusal(errno, call));
  }

  /** Resolves when there is something to read (`rx`) or room to send (`tx`). Rejects with NetmapError, or when aborted. */
  async ready(direction: 'rx' | 'tx', signal?: AbortSignal): Promise<void> {
    if (!this.#isOpen) throw this.#closed();
    const ready = await this.#sleeper.wait(direction === 'rx' ? POLL.in : POLL.out, signal);
    if ((ready & (POLL.err | POLL.nval)) !== 0) throw new NetmapError(this.name, refusal(EIO, 'poll'));
  }

  #closed(): NetmapError {
    return new NetmapError(this.name, refusal(EBADF, 'close', 'the port is closed'));
  }

  /**
   * Puts a frame into the next free slots, and tells netmap nothing: it goes with the next sync, send or poll. False if
   * no ring has room. Throws NetmapError (EMSGSIZE) for a frame that would not fit into an empty ring.
   */
  inject(frame: Uint8Array): boolean {
    for (const ring of this.txRings) if (injectInto(ring, frame)) return true;
    if (!this.#isOpen) throw this.#closed();
    const most = Math.max(0, ...this.txRings.map((ring) => (ring.slotCount - 1) * ring.bufferBytes));
    if (frame.byteLength <= most) return false;
    throw new NetmapError(
      this.name,
      refusal(EMSGSIZE, 'inject', `${frame.byteLength} bytes, and at most ${most} fit`),
    );
  }

  /** Sends all of these frames, waiting where a slow receiver holds the sender back. Resolves with their number. */
  async send(frames: Iterable<Uint8Array>, signal?: AbortSignal): Promise<number> {
    let count = 0;
    for (const frame of frames) {
      while (!this.inject(frame)) await this.#makeRoom(signal);
      count++;
    }
    this.txSync();
    return count;
  }

  async #makeRoom(signal?: AbortSignal): Promise<void> {
    const before = this.txRings.map((ring) => ring.tail);
    this.txSync();
    if (this.txRings.some((ring, i) => ring.tail !== before[i])) return;
    // There may be room, but too little: the end of it is where to wake up.
    for (const ring of this.txRings) ring.cur = ring.tail;
    await this.ready('tx', signal);
  }

  /** Ends when the port is closed. A loop that is left gives its last batch back, and the port stays open. */
  [Symbol.asyncIterator](): AsyncGenerator<Batch, undefined> {
    return this.batches();
  }

  /** As iterating over the port does, until aborted: then the loop ends with the signal's reason. */
  async *batches(signal?: AbortSignal): AsyncGenerator<Batch, undefined> {
    let turnUntilMs = 0;
    while (this.#isOpen) {
      const batch = await this.#nextBatch(signal);
      if (batch === undefined) return;
      try {
        yield batch;
      } finally {
        release(batch);
      }
      if (performance.now() < turnUntilMs) continue;
      await turnOfTheLoop();
      turnUntilMs = performance.now() + TURN_MS;
    }
  }

  async #nextBatch(signal?: AbortSignal): Promise<Batch | undefined> {
    const sleepAtMs = performance.now() + LOOK_MS;
    while (this.#isOpen) {
      this.rxSync();
      const batch = this.#arrived();
      if (batch.slotCount > 0) return batch;
      if (performance.now() < sleepAtMs) await turnOfTheLoop();
      else await this.#sleepForBatch(signal);
    }
    return undefined;
  }

  /** Being closed meanwhile ends the loop, and is no failure of it. */
  async #sleepForBatch(signal?: AbortSignal): Promise<void> {
    try {
      await this.ready('rx', signal);
    } catch (error) {
      if (this.#isOpen) throw error;
    }
  }

  #arrived(): Batch {
    const stretches = this.rxRings.map((ring) => ({
      ring,
      from: ring.head,
      slotCount: ring.distance(ring.head, ring.tail),
    }));
    return new Batch(stretches.filter(({ slotCount }) => slotCount > 0));
  }

  /**
   * The buffers that were asked for with `extraBuffers`, by number. Whoever puts one into a slot sets those that are left
   * and got instead: netmap takes them back when the port is closed.
   */
  get extraBuffers(): readonly number[] {
    const [ring] = [...this.rxRings, ...this.txRings];
    return ring === undefined ? [] : readChain(ring, this.#bufsHead(), this.registration.nr_extra_bufs);
  }
  set extraBuffers(numbers: readonly number[]) {
    const [ring] = [...this.rxRings, ...this.txRings];
    if (ring !== undefined) writeChain(ring, this.#bufsHead(), numbers);
  }

  #bufsHead(): DataView {
    if (!this.#isOpen) throw this.#closed();
    const at = Number(this.registration.nr_offset) + DEVICE_STRUCTURES.netmap_if.fields.ni_bufs_head[1];
    return new DataView(this.memory, at, 4);
  }

  /** Again: nothing. Whoever waits is told; every view of the memory is empty from now on. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#native.close(this.#port, this.memory);
    this.#sleeper.end(this.#closed());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

/** The region of another port, which is open for the moment of asking. */
async function regionOf(
  share: string,
  asked: number | undefined,
  name: string,
  { region, library }: PortOptions,
): Promise<number> {
  const where = {
    ...(region === undefined ? {} : { region }),
    ...(library === undefined ? {} : { library }),
  };
  await using other = await NetmapPort.open(share, where);
  const found = other.registration.nr_mem_id;
  if (asked === undefined || asked === found) return found;
  throw new NetmapError(
    name,
    refusal(EINVAL, 'parse', `"${share}" is in region ${found}, not in "@${asked}"`),
  );
}

async function openNative(
  name: string,
  registered: string,
  request: Uint8Array,
  { region, library = process.env.UNETMAP_LIBRARY ?? LIBRARY }: PortOptions,
  onReady: (events: number) => void,
): Promise<Opened & { readonly addon: Native }> {
  const path = (directory: string | undefined) => (directory ? resolve(directory) : '');
  try {
    const addon = native();
    const opening = addon.open(
      library,
      path(region),
      path(process.env.UNETMAP_DIR),
      registered,
      request,
      onReady,
    );
    return { ...(await opening), addon };
  } catch (error) {
    throw isRefusal(error) ? new NetmapError(name, error) : error;
  }
}

function injectInto(ring: Ring, frame: Uint8Array): boolean {
  const slots = Math.max(1, Math.ceil(frame.byteLength / ring.bufferBytes));
  let at = ring.head;
  if (ring.distance(at, ring.tail) < slots) return false;
  for (let i = 1; i <= slots; i++) {
    const piece = slots === 1 ? frame : frame.subarray((i - 1) * ring.bufferBytes, i * ring.bufferBytes);
    ring.fill(at, piece, i < slots ? NETMAP.NS_MOREFRAG : 0);
    at = ring.next(at);
  }
  ring.cur = at;
  ring.head = at;
  return true;
}

function release(batch: Batch): void {
  for (const { ring, from, slotCount } of batch.stretches) {
    const to = (from + slotCount) % ring.slotCount;
    ring.cur = to;
    ring.head = to;
  }
}
