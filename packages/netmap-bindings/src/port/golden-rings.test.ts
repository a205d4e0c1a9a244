// SPDX-License-Identifier: BSD-2-Clause
// Cases about rings and slots that were recorded on in-kernel netmap.
import { NETMAP } from '@ringlab/netmap-bindings/layout';
import type { Ring } from '../index.ts';
import { marks, moveTo, op, slots, station, testCases } from './testing/golden.ts';

testCases({
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
});
