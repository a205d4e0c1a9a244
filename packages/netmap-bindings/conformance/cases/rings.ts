// SPDX-License-Identifier: BSD-2-Clause
// Rings, slots and syncs.
import { NETMAP } from '@ringlab/netmap-bindings/layout';
import { frame, isIntact, marks, moveTo, sequenceOf } from '../../src/port/testing/frames.ts';
import { addressOf, ask, call } from '../calls.ts';
import { openDevice, POLL, poll } from '../device.ts';
import { Port } from '../port.ts';
import { rxSync, txSync } from '../syncs.ts';
import type { Cases } from './case.ts';

const FRAGMENTS = 3;

/** Head and cur there, and what a sync says of it and leaves. */
function wrong(port: Port, direction: 'tx' | 'rx', head: number, cur = head) {
  const ring = port[direction];
  ring.cur = cur;
  ring.head = head;
  return [direction === 'tx' ? port.txSync() : port.rxSync(), marks(ring)] as const;
}

const now = () => Date.now() * 1000;
const microseconds = ({ rx }: Port) => Number(rx.timestamp.seconds * 1_000_000n + rx.timestamp.microseconds);

/** Passes what has come to one port on to another, by exchanging buffers. */
function exchange(from: Port, to: Port): number {
  let count = 0;
  for (; from.rx.head !== from.rx.tail; count++) {
    const [received, sent] = [from.rx.slot(from.rx.head), to.tx.slot(to.tx.head)];
    [sent.bufferIndex, received.bufferIndex] = [received.bufferIndex, sent.bufferIndex];
    sent.length = received.length;
    sent.flags |= NETMAP.NS_BUF_CHANGED;
    received.flags |= NETMAP.NS_BUF_CHANGED;
    moveTo(from.rx, from.rx.next(from.rx.head));
    moveTo(to.tx, to.tx.next(to.tx.head));
  }
  from.rxSync();
  to.txSync();
  return count;
}

/** The same by copying. */
function copyOver(from: Port, to: Port): number {
  let count = 0;
  for (; from.rx.head !== from.rx.tail && to.tx.head !== to.tx.tail; count++) {
    to.tx.fill(to.tx.head, from.rx.slot(from.rx.head).bytes, 0);
    moveTo(from.rx, from.rx.next(from.rx.head));
    moveTo(to.tx, to.tx.next(to.tx.head));
  }
  to.txSync();
  from.rxSync();
  return count;
}

const lengthsAndFlags = ({ rx }: Port, count: number) => {
  const slots = Array.from({ length: count }, (_, i) => rx.slot(i));
  return { len: slots.map(({ length }) => length), flags: slots.map(({ flags }) => flags) };
};

export const rings: Cases = {
  'ring.tx.invalid-head': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    a.send(-1, 1, 0, 10);
    b.take();
    const good = marks(a.tx);
    const [head_5000, head_5000_ring] = wrong(a, 'tx', 5000);
    const [head_back, head_back_ring] = wrong(a, 'tx', 5);
    const [cur_lt_head, cur_lt_head_ring] = wrong(a, 'tx', 20, 15);
    const [minus1, minus1_ring] = wrong(a, 'tx', 0xffffffff);
    const peer = b.take().length;
    const still_works = a.send(-1, 1, 0, 3);
    return {
      good,
      head_5000,
      head_5000_ring,
      head_back,
      head_back_ring,
      cur_lt_head,
      cur_lt_head_ring,
      minus1,
      minus1_ring,
      peer,
      still_works,
      peer_after: b.take().length,
      end: marks(a.tx),
    };
  },
  'ring.rx.invalid-head': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    a.send(-1, 1, 0, 10);
    b.rxSync();
    const ten = marks(b.rx);
    const [beyond_tail, beyond_tail_ring] = wrong(b, 'rx', 20);
    a.send(-1, 1, 0, 10);
    b.rxSync();
    const again = marks(b.rx);
    const [out_of_range, out_of_range_ring] = wrong(b, 'rx', 4000);
    b.writeRxTail(77);
    const user_wrote_tail = b.rxSync();
    const user_wrote_tail_ring = marks(b.rx);
    a.send(-1, 1, 0, 3);
    return {
      ten,
      beyond_tail,
      beyond_tail_ring,
      again,
      out_of_range,
      out_of_range_ring,
      user_wrote_tail,
      user_wrote_tail_ring,
      sync: b.rxSync(),
      end: marks(b.rx),
    };
  },
  'ring.invalid-head.poll': () => {
    const a = Port.open('vale0:a');
    moveTo(a.tx, 5000);
    const pollout = a.poll(POLL.OUT);
    const after = marks(a.tx);
    const pollout2 = a.poll(POLL.OUT);
    const b = Port.open('vale0:b');
    moveTo(b.rx, 3);
    const pollin = b.poll(POLL.IN);
    return { pollout, after, pollout2, pollin, after_rx: marks(b.rx), pollin2: b.poll(POLL.IN) };
  },
  'ring.morefrag.pipe': () => {
    const [a, b] = [Port.open('mf{1'), Port.open('mf}1')];
    for (let i = 0; i < FRAGMENTS; i++) a.put(-1, 1, i, 1000 + i, i < FRAGMENTS - 1 ? NETMAP.NS_MOREFRAG : 0);
    a.txSync();
    const slots = b.pending();
    const got = lengthsAndFlags(b, slots);
    a.put(-1, 1, 1, 60, NETMAP.NS_MOREFRAG);
    a.txSync();
    return { slots, ...got, unfinished_visible: b.pending() - FRAGMENTS, tx: marks(a.tx) };
  },
  'ring.morefrag.vale-unfinished': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    a.put(-1, 1, 0);
    a.put(-1, 1, 1, 60, NETMAP.NS_MOREFRAG);
    const txsync = a.txSync();
    const tx = marks(a.tx);
    b.rxSync();
    const rx = marks(b.rx);
    a.send(-1, 1, 2, 1);
    b.rxSync();
    const flagsOf = (slot: number) => b.rx.slot(slot).flags;
    return {
      txsync,
      tx,
      rx,
      tx2: marks(a.tx),
      rx2: marks(b.rx),
      rx1_flags: flagsOf(1),
      rx2_flags: flagsOf(2),
    };
  },
  'ring.timestamp': async () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    a.send(-1, 1, 0, 1);
    b.rxSync();
    const default_zero = microseconds(b) === 0 ? 1 : 0;
    b.rx.flags |= NETMAP.NR_TIMESTAMP;
    a.tx.flags |= NETMAP.NR_TIMESTAMP;
    const before = now() - 1000;
    a.send(-1, 1, 0, 1);
    b.rxSync();
    const stamped = microseconds(b);
    const got = {
      default_zero,
      rx_set_to_now: stamped >= before && stamped <= now() + 1000 ? 1 : 0,
      tx_set: a.tx.timestamp.seconds === 0n ? 0 : 1,
      usec_range: b.rx.timestamp.microseconds < 1_000_000n ? 1 : 0,
      flags_kept: b.rx.flags,
    };
    call('usleep', 20_000);
    b.rxSync();
    const idle = microseconds(b);
    call('usleep', 20_000);
    const polled = b.poll(POLL.IN);
    const changed = (one: number, other: number) => (one === other ? 0 : 1);
    const idle_sync_updates = changed(stamped, idle);
    return { ...got, idle_sync_updates, poll: polled, poll_updates: changed(idle, microseconds(b)) };
  },
  'ring.indirect.vale': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    const elsewhere = frame(-1, 1, 77, 200);
    const indirect = (slot: number, address: number) => {
      a.setSlotPointer(0, slot, address);
      a.tx.slot(slot).length = 200;
      a.tx.slot(slot).flags = NETMAP.NS_INDIRECT;
      moveTo(a.tx, slot + 1);
      return a.txSync();
    };
    indirect(0, addressOf(elsewhere));
    const len = b.pending() > 0 ? b.rx.slot(0).length : -1;
    const content = isIntact(b.rx.slot(0).buffer, 77, 200) ? 1 : 0;
    const seq = b.take();
    return { len, content, seq, wild: indirect(1, 16), wild_received: b.take().length };
  },
  'ring.sync.unregistered': () => {
    const fd = openDevice();
    const got = { tx: txSync(fd), rx: rxSync(fd), poll_in: poll(fd, POLL.IN), poll_out: poll(fd, POLL.OUT) };
    const t = Port.open('vale0:t', { nr_flags: BigInt(NETMAP.NR_TX_RINGS_ONLY) });
    const txonly = {
      txonly_rxsync: t.rxSync(),
      txonly_txsync: t.txSync(),
      txonly_poll: t.poll(POLL.IN | POLL.OUT),
    };
    const r = Port.open('vale0:r', { nr_flags: BigInt(NETMAP.NR_RX_RINGS_ONLY) });
    const byte = new Uint8Array(1);
    const stat = new Uint8Array(144);
    return {
      ...got,
      ...txonly,
      rxonly_txsync: r.txSync(),
      rxonly_poll: r.poll(POLL.IN | POLL.OUT),
      read: ask('read', r.fd, byte, 1),
      write: ask('write', r.fd, byte, 1),
      lseek: ask('lseek', r.fd, 0, 1),
      fstat: call('fstat', r.fd, stat),
      is_chr: isCharacterDevice(stat),
    };
  },
  'ring.tx.many-empty-syncs': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('es{1')];
    for (let i = 0; i < 100; i++) {
      a.txSync();
      b.txSync();
      b.rxSync();
    }
    return { vale: marks(a.tx), pipe_tx: marks(b.tx), pipe_rx: marks(b.rx) };
  },
  'ring.forward.two-switches': () => {
    const [a, i] = [Port.open('vale0:a'), Port.open('vale0:i')];
    const [o, c] = [Port.open('vale1:o'), Port.open('vale1:c')];
    a.send(-1, 1, 0, 50, 120);
    i.rxSync();
    const forwarded = copyOver(i, o);
    const arrived = c.pending();
    const isBad = (index: number) => {
      const { buffer, length } = c.rx.slot(index);
      return sequenceOf(buffer) !== index || length !== 120 || !isIntact(buffer, index, 120);
    };
    return { forwarded, arrived, bad: Array.from({ length: arrived }, (_, k) => k).filter(isBad).length };
  },
  'ring.forward.pipe-to-pipe-swap': () => {
    const [a, i] = [Port.open('pf{1'), Port.open('pf}1')];
    const [o, c] = [Port.open('pf{2'), Port.open('pf}2')];
    const region = i.reply.nr_mem_id === o.reply.nr_mem_id ? 1 : 0;
    a.send(2, 1, 0, 20, 90);
    i.rxSync();
    const n = exchange(i, o);
    const arrived = c.pending();
    const intact = Array.from({ length: arrived }, (_, k) => isIntact(c.rx.slot(k).buffer, k, 90));
    const numbers = c.take();
    for (let k = 0; k < 60; k++) {
      a.send(2, 1, k, 20, 90);
      i.take();
    }
    return {
      region,
      n,
      arrived,
      content_ok: intact.filter(Boolean).length,
      first: numbers[0],
      last: numbers.at(-1),
      still_flows: a.send(2, 1, 0, 5, 90),
      i_got: i.take().length,
    };
  },
  'ring.bytes-past-len': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    for (const slot of [b.rx.slot(0), b.rx.slot(1)]) slot.buffer.fill(0xee, 0, 256);
    for (const [i, bytes] of [61, 64].entries()) {
      a.put(-1, 1, i, bytes);
      a.tx.slot(i).buffer.fill(0x11, bytes, bytes + 100);
    }
    a.txSync();
    b.rxSync();
    const [one, other] = [b.rx.slot(0), b.rx.slot(1)];
    const byte60_ok = one.buffer[60] === ((60 * 7) & 255) ? 1 : 0;
    return { len0: one.length, byte60_ok, past_64: other.buffer[64], past_128: other.buffer[128] };
  },
};

/** Of what stat and fstat fill in. */
export function isCharacterDevice(stat: Uint8Array): number {
  const mode = new DataView(stat.buffer).getUint32(24, true);
  return (mode & 0o170000) === 0o020000 ? 1 : 0;
}
