// SPDX-License-Identifier: BSD-2-Clause
// Cases that a C program recorded on in-kernel netmap, asked again from TypeScript on the engine of this repository.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NETMAP } from '@ringlab/netmap-bindings/layout';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { NetmapError, NetmapPort, type PortOptions, type Ring } from '../index.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../../unetmap/tests/conformance/golden.json', import.meta.url), 'utf8'),
) as { cases: readonly { case: string; got: Readonly<Record<string, unknown>> }[] };

const region = mkdtempSync(join('/dev/shm', 'bindings-golden-'));
const open: NetmapPort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});
afterAll(() => rmSync(region, { recursive: true, force: true }));

/** A port with one ring of each direction, and short words for what the cases do with it. */
class Port {
  readonly port: NetmapPort;
  constructor(port: NetmapPort) {
    this.port = port;
  }
  get tx(): Ring {
    return this.port.txRings[0] as Ring;
  }
  get rx(): Ring {
    return this.port.rxRings[0] as Ring;
  }
  put(dst: number, src: number, sequence: number, bytes = 60): boolean {
    return this.port.inject(frame(dst, src, sequence, bytes));
  }
  send(dst: number, src: number, first: number, count: number, bytes = 60): number {
    let sent = 0;
    while (sent < count && this.put(dst, src, first + sent, bytes)) sent++;
    this.port.txSync();
    return sent;
  }
  pending(): number {
    this.port.rxSync();
    return this.rx.space;
  }
  /** The sequence numbers of everything that arrived. */
  take(): number[] {
    const taken: number[] = [];
    this.port.rxSync();
    for (; this.rx.head !== this.rx.tail; moveTo(this.rx, this.rx.next(this.rx.head)))
      taken.push(sequenceOf(this.rx.slot(this.rx.head).buffer));
    this.port.rxSync();
    return taken;
  }
  fill(): number {
    let count = 0;
    while (this.put(-1, 1, count)) count++;
    return count;
  }
}

async function op(name: string, options: PortOptions = {}): Promise<Port> {
  const port = await NetmapPort.open(name, { region, ...options });
  open.push(port);
  return new Port(port);
}

async function attempt(name: string, options: PortOptions = {}): Promise<string> {
  try {
    (await NetmapPort.open(name, { region, ...options })).close();
    return 'ok';
  } catch (error) {
    if (error instanceof NetmapError) return error.code;
    throw error;
  }
}

/** Of no type that anybody has; stations are small numbers, -1 everybody, -2 a group. */
function frame(dst: number, src: number, sequence: number, bytes: number): Uint8Array {
  const whole = new Uint8Array(Math.max(bytes, 18));
  whole.set(station(dst), 0);
  whole.set(station(src), 6);
  whole.set([0x88, 0xb5], 12);
  new DataView(whole.buffer).setUint32(14, sequence, true);
  return whole.subarray(0, bytes);
}

function station(number: number): number[] {
  if (number === -1) return [255, 255, 255, 255, 255, 255];
  return number === -2 ? [1, 0, 0x5e, 0, 0, 7] : [2, 0, 0, 0, 0, number];
}

function sequenceOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(14, true);
}

function moveTo(ring: Ring, index: number): void {
  ring.head = index;
  ring.cur = index;
}

const marks = ({ head, cur, tail }: Ring) => [head, cur, tail];
const slots = <T>(ring: Ring, count: number, of: (slot: ReturnType<Ring['slot']>) => T): T[] =>
  Array.from({ length: count }, (_, i) => of(ring.slot(i)));
const isOrdered = (numbers: readonly number[]) =>
  numbers.every((number, i) => i === 0 || number > (numbers[i - 1] as number)) ? 1 : 0;

type Case = () => Promise<Readonly<Record<string, unknown>>>;

/** Keys that a case leaves out ask for what the bindings do not show, such as the result of a call that throws. */
const CASES: Readonly<Record<string, Case>> = {
  'lib.nmport.open-names': async () => {
    const names = Object.keys(golden.cases.find((one) => one.case === 'lib.nmport.open-names')?.got ?? {});
    const got: Record<string, string> = {};
    for (const name of names) got[name] = await attempt(name.slice(1, -1));
    return got;
  },
  'name.busy.exclusive-first': async () => {
    const first = await op('vale0:ex/x');
    const got = {
      plain: await attempt('vale0:ex'),
      excl: await attempt('vale0:ex/x'),
      rx_only: await attempt('vale0:ex/R'),
      tx_only: await attempt('vale0:ex/T'),
      host: await attempt('vale0:ex^'),
    };
    first.port.close();
    await op('vale0:ex/xT');
    return {
      ...got,
      excl_tx_then_rx_only: await attempt('vale0:ex/R'),
      excl_tx_then_excl_rx: await attempt('vale0:ex/Rx'),
      excl_tx_then_plain: await attempt('vale0:ex'),
    };
  },
  'default.vale.custom-geometry': async () => {
    const got: Record<string, number[]> = {};
    const wishes = [
      [256, 256, 0, 0],
      [512, 128, 0, 0],
      [0, 0, 2, 2],
      [0, 0, 4, 1],
      [1, 1, 0, 0],
      [2000, 2000, 0, 0],
      [100000, 100000, 0, 0],
      [0, 0, 100, 100],
      [33, 47, 3, 2],
    ] as const;
    for (const [txSlots, rxSlots, txRings, rxRings] of wishes) {
      const { port } = await op('vale0:g', { txSlots, rxSlots, txRings, rxRings });
      const { nr_tx_slots, nr_rx_slots, nr_tx_rings, nr_rx_rings } = port.registration;
      expect([port.txRings.length, port.rxRings.length]).toEqual([nr_tx_rings, nr_rx_rings]);
      got[`${txSlots}_${rxSlots}_${txRings}_${rxRings}`] = [
        nr_tx_slots,
        nr_rx_slots,
        nr_tx_rings,
        nr_rx_rings,
      ];
      port.close();
    }
    return got;
  },
  'ring.tx.vale-sync-k': async () => {
    const a = await op('vale0:a');
    const b = await op('vale0:b');
    const got: Record<string, unknown> = { start: marks(a.tx) };
    for (let i = 0; i < 5; i++) a.put(-1, 1, i);
    got.filled5 = marks(a.tx);
    got.peer_before_sync = marks(b.rx);
    a.port.txSync();
    got.after_sync = marks(a.tx);
    got.peer_before_rxsync = marks(b.rx);
    b.port.rxSync();
    got.peer_after_rxsync = marks(b.rx);
    a.port.txSync();
    return { ...got, after_sync2: marks(a.tx), tx_pending: a.tx.isPending ? 1 : 0 };
  },
  'ring.tx.pipe-sync-k': async () => {
    const a = await op('netmap:rp{1');
    const b = await op('netmap:rp}1');
    for (let i = 0; i < 5; i++) a.put(2, 1, i);
    const got: Record<string, unknown> = { filled5: marks(a.tx) };
    a.port.txSync();
    got.after_txsync = marks(a.tx);
    got.peer_before_rxsync = marks(b.rx);
    b.port.rxSync();
    got.peer_after_rxsync = marks(b.rx);
    a.port.txSync();
    got.tx_before_consume = marks(a.tx);
    moveTo(b.rx, 3);
    b.port.rxSync();
    got.peer_consumed3 = marks(b.rx);
    got.tx_no_sync_yet = marks(a.tx);
    a.port.txSync();
    got.tx_after_consume3 = marks(a.tx);
    moveTo(b.rx, 5);
    b.port.rxSync();
    a.port.txSync();
    return { ...got, tx_after_consume5: marks(a.tx) };
  },
  'ring.rx.partial-consume': async () => {
    const a = await op('vale0:a');
    const b = await op('vale0:b');
    const after = (head: number, cur: number) => {
      b.rx.head = head;
      b.rx.cur = cur;
      b.port.rxSync();
      return marks(b.rx);
    };
    a.send(-1, 1, 0, 10);
    const got: Record<string, unknown> = { ten: after(0, 0), consumed4: after(4, 4), space: b.rx.space };
    a.send(-1, 1, 10, 2);
    got.sent2_before_sync = marks(b.rx);
    got.sent2 = after(4, 4);
    got.cur_ahead = after(4, 8);
    got.cur_at_tail = after(4, b.rx.tail);
    got.all = after(b.rx.tail, b.rx.tail);
    return { ...got, empty: b.rx.isEmpty ? 1 : 0 };
  },
  'ring.tx.fill-all': async () => {
    const a = await op('vale0:a');
    const got: Record<string, unknown> = { filled: a.fill(), full: marks(a.tx), space: a.tx.space };
    a.port.txSync();
    got.after_sync = marks(a.tx);
    got.filled2 = a.fill();
    a.port.txSync();
    return { ...got, after_sync2: marks(a.tx) };
  },
  'ring.tx.cur-ahead-of-head': async () => {
    const a = await op('vale0:a');
    const b = await op('vale0:b');
    const after = (head: number, cur: number) => {
      a.tx.head = head;
      a.tx.cur = cur;
      a.port.txSync();
      return marks(a.tx);
    };
    for (let i = 0; i < 6; i++) a.put(-1, 1, i);
    const got: Record<string, unknown> = { tx: after(2, 6), peer_got: b.take().length };
    got.tx2 = after(6, 6);
    got.peer_got2 = b.take().length;
    got.tx3 = after(7, 6);
    return { ...got, peer_got3: b.take().length };
  },
  'ring.swap.same-port': async () => {
    const a = await op('vale0:a');
    const b = await op('vale0:b');
    a.send(-1, 1, 40, 4);
    const n = b.pending();
    for (let i = 0; i < n; i++) {
      const [from, to] = [b.rx.slot(b.rx.head), b.tx.slot(b.tx.head)];
      [from.bufferIndex, to.bufferIndex] = [to.bufferIndex, from.bufferIndex];
      to.length = from.length;
      to.flags = from.flags = NETMAP.NS_BUF_CHANGED;
      to.buffer.set(station(2), 6);
      moveTo(b.rx, b.rx.next(b.rx.head));
      moveTo(b.tx, b.tx.next(b.tx.head));
    }
    b.port.txSync();
    b.port.rxSync();
    const flags = { tx_flag_after: b.tx.slot(0).flags, rx_flag_after: b.rx.slot(0).flags };
    return { n, ...flags, back_at_a: a.take(), 'b.tx': marks(b.tx), 'b.rx': marks(b.rx) };
  },
  'ring.swap.bad-index': async () => {
    const a = await op('vale0:a');
    const b = await op('vale0:b');
    a.put(-1, 1, 1);
    const good = a.tx.slot(0).bufferIndex;
    a.tx.slot(0).bufferIndex = 0x7fffffff;
    a.tx.slot(0).flags = NETMAP.NS_BUF_CHANGED;
    a.port.txSync();
    const got: Record<string, unknown> = { tx: marks(a.tx) };
    got.idx_kept = a.tx.slot(0).bufferIndex === 0x7fffffff ? 1 : 0;
    got.idx_good = a.tx.slot(0).bufferIndex === good ? 1 : 0;
    got.peer = b.take().length;
    a.put(-1, 1, 2);
    a.tx.slot(1).bufferIndex = 0;
    a.port.txSync();
    return { ...got, tx2: marks(a.tx), peer2: b.take().length };
  },
  'ring.flags.propagation': async () => {
    const [a, b] = [await op('vale0:a'), await op('vale0:b')];
    const [c, d] = [await op('netmap:fp{1'), await op('netmap:fp}1')];
    const { NS_REPORT, NS_BUF_CHANGED, NS_FORWARD, NS_NO_LEARN, NS_TXMON } = NETMAP;
    const all = [0, NS_REPORT, NS_BUF_CHANGED, NS_FORWARD, NS_NO_LEARN, NS_TXMON, NS_REPORT | NS_BUF_CHANGED];
    for (const [i, flags] of all.entries())
      for (const sender of [a, c]) {
        sender.put(-1, 1, i);
        sender.tx.slot(i).flags = flags;
      }
    for (const sender of [a, c]) sender.port.txSync();
    for (const receiver of [b, d]) receiver.port.rxSync();
    const flagsOf = (ring: Ring) => slots(ring, all.length, (slot) => slot.flags);
    return {
      vale_rx: flagsOf(b.rx),
      vale_n: b.rx.space,
      vale_tx_after: flagsOf(a.tx),
      pipe_rx: flagsOf(d.rx),
      pipe_tx_after: flagsOf(c.tx),
    };
  },
  'ring.morefrag.vale-basic': async () => {
    const [a, b] = [await op('vale0:a'), await op('vale0:b')];
    for (let i = 0; i < 3; i++) {
      a.put(-1, 1, i, 1000 + i);
      a.tx.slot(i).flags = i < 2 ? NETMAP.NS_MOREFRAG : 0;
    }
    a.put(-1, 1, 9);
    a.port.txSync();
    const n = b.pending();
    const seen = { len: slots(b.rx, n, (slot) => slot.length), flags: slots(b.rx, n, (slot) => slot.flags) };
    return { slots: n, ...seen, tx: marks(a.tx) };
  },
  'ring.len.vale': async () => {
    const [a, b] = [await op('vale0:a'), await op('vale0:b')];
    const got: Record<string, unknown> = {};
    for (const bytes of [0, 1, 13, 14, 15, 59, 60, 1514, 1518, 2046, 2047, 2048, 2049, 4096, 65535]) {
      const slot = a.tx.slot(a.tx.head);
      a.put(-1, 1, 5);
      slot.length = bytes;
      a.put(-1, 1, 6);
      a.port.txSync();
      const n = b.pending();
      const len = [0, 1].map((i) => (i < n ? b.rx.slot(b.rx.head + i).length : -1));
      got[`len${bytes}`] = { n, len, txlen: slot.length };
      b.take();
    }
    return { ...got, tx: marks(a.tx), rx: marks(b.rx) };
  },
  'ring.wrap.odd-size': async () => {
    const a = await op('vale0:a', { txSlots: 37, rxSlots: 41 });
    const start = marks(a.tx);
    return { n: a.tx.slotCount, start };
  },
  'vale.unknown-unicast-floods': async () => {
    const [a, b, c] = [await op('vale0:a'), await op('vale0:b'), await op('vale0:c')];
    a.send(99, 1, 0, 3);
    return { a: a.take().length, b: b.take().length, c: c.take().length };
  },
  'vale.learning': async () => {
    const [a, b, c] = [await op('vale0:a'), await op('vale0:b'), await op('vale0:c')];
    b.send(99, 2, 0, 1);
    a.take();
    c.take();
    a.send(2, 1, 10, 3);
    const got = { b: b.take().length, c: c.take().length, a: a.take().length };
    c.send(1, 3, 20, 2);
    return { ...got, back_to_a: a.take().length, b2: b.take().length };
  },
  'vale.full-ring-drops': async () => {
    const [a, b] = [await op('vale0:a'), await op('vale0:b')];
    let sent = 0;
    for (let i = 0; i < 30; i++) sent += a.send(-1, 1, sent, 100);
    const got: Record<string, unknown> = { sent, tx: marks(a.tx), pending: b.pending() };
    const received = b.take();
    Object.assign(got, { received: received.length, first: received[0], last: received.at(-1) });
    got.after_drain_sent = a.send(-1, 1, 9000, 10);
    const after = b.take();
    return { ...got, after_drain: after.length, after_first: after[0] };
  },
  'vale.order': async () => {
    const [a, b, c] = [await op('vale0:a'), await op('vale0:b'), await op('vale0:c')];
    b.send(-1, 2, 0, 1);
    c.send(-1, 3, 0, 1);
    for (const port of [a, b, c]) port.take();
    for (let i = 0; i < 300; i++) a.put([2, 3, -1][i % 3] as number, 1, i);
    a.port.txSync();
    const [atB, atC] = [b.take(), c.take()];
    return { b: atB.length, b_ordered: isOrdered(atB), c: atC.length, c_ordered: isOrdered(atC) };
  },
  'vale.isolation': async () => {
    const [a, b, c, d] = [await op('vale0:a'), await op('vale1:a'), await op('vale:a'), await op('vale0:b')];
    a.send(-1, 1, 0, 4);
    return { vale1: b.take().length, vale: c.take().length, vale0: d.take().length };
  },
  'pipe.both-ways': async () => {
    const [a, b] = [await op('netmap:pp{1'), await op('netmap:pp}1')];
    a.send(2, 1, 100, 3);
    const atB = b.take();
    b.send(1, 2, 200, 4, 90);
    a.port.rxSync();
    return { b: atB, len: a.rx.slot(0).length, a: a.take() };
  },
  'pipe.zero-copy': async () => {
    const [a, b] = [await op('netmap:pz{1'), await op('netmap:pz}1')];
    const equal = (one: Ring, other: Ring) =>
      slots(one, one.slotCount, (slot) => slot.bufferIndex).filter(
        (index, i) => index === other.slot(i).bufferIndex,
      ).length;
    const start = { slots_with_equal_index: equal(a.tx, b.rx), other_direction_equal: equal(a.rx, b.tx) };
    a.send(2, 1, 0, 3);
    b.port.rxSync();
    return { ...start, rx_len0_after_rxsync: b.rx.slot(0).length };
  },
  'pipe.backpressure-no-loss': async () => {
    const [a, b] = [await op('netmap:bp{1'), await op('netmap:bp}1')];
    let accepted = 0;
    for (let i = 0; i < 20; i++) accepted += a.send(2, 1, accepted, 100);
    const got: Record<string, unknown> = { accepted, tx: marks(a.tx) };
    const received = b.take();
    got.first_read = received.length;
    a.port.txSync();
    for (let i = 0; i < 20; i++) {
      accepted += a.send(2, 1, accepted, 100);
      received.push(...b.take());
    }
    received.push(...b.take());
    const complete = received.every((number, i) => number === i) ? 1 : 0;
    return { ...got, accepted_total: accepted, received_total: received.length, ordered_complete: complete };
  },
  'pipe.receiver-swaps': async () => {
    const a = await op('netmap:ps{1');
    const b = await op('netmap:ps}1', { extraBuffers: 2 });
    const [spare] = b.port.extraBuffers();
    const kept = a.tx.slot(0).bufferIndex;
    a.send(2, 1, 5, 2);
    b.port.rxSync();
    const got = {
      extra: b.port.registration.nr_extra_bufs,
      kept_is_sender_buf: b.rx.slot(0).bufferIndex === kept ? 1 : 0,
    };
    b.rx.slot(0).bufferIndex = spare as number;
    b.rx.slot(0).flags = NETMAP.NS_BUF_CHANGED;
    moveTo(b.rx, 2);
    b.port.rxSync();
    a.port.txSync();
    const seen = a.tx.slot(0);
    return {
      ...got,
      tx_sees_after_txsync: seen.bufferIndex === spare ? 1 : 0,
      tx_flags_after: seen.flags,
      tx1_unchanged_flags: a.tx.slot(1).flags,
    };
  },
  'pipe.close-reopen': async () => {
    const a = await op('netmap:cr{1');
    let b = await op('netmap:cr}1');
    a.send(2, 1, 0, 5);
    b.port.close();
    const got: Record<string, unknown> = { tx: marks(a.tx) };
    b = await op('netmap:cr}1');
    got.b_reopened_gets = b.take().length;
    return got;
  },
  'monitor.vale.copy': async () => {
    const [a, b, t] = [await op('vale0:a'), await op('vale0:b'), await op('vale0:a/t')];
    a.send(-1, 1, 0, 3);
    return {
      t_sees: t.pending(),
      t_flags0: t.rx.slot(0).flags,
      t_rx: marks(t.rx),
      b_got: b.take().length,
      t_region_same: t.port.registration.nr_mem_id === a.port.registration.nr_mem_id ? 1 : 0,
    };
  },
  'life.two-fds-same-ring': async () => {
    const [first, second, b] = [await op('vale0:a'), await op('vale0:a'), await op('vale0:b')];
    first.put(-1, 1, 0);
    const got: Record<string, unknown> = { seen_by_second: marks(second.tx) };
    second.port.txSync();
    return { ...got, first_sees: marks(first.tx), b_got: b.take().length };
  },
};

describe('cases recorded on in-kernel netmap', () => {
  test.each(Object.entries(CASES))('%s', async (name, run) => {
    const got = await run();
    const recorded = golden.cases.find((one) => one.case === name)?.got;
    const asked = Object.fromEntries(Object.keys(got).map((key) => [key, recorded?.[key]]));
    expect(got).toEqual(asked);
  });
});
