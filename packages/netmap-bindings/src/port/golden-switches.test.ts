// SPDX-License-Identifier: BSD-2-Clause
// More cases about what a switch does that were recorded on in-kernel netmap.
import { NETMAP } from '@ringlab/netmap-bindings/layout';
import type { Ring } from '../index.ts';
import { marks, op, type Port, testCases } from './testing/golden.ts';

/** Ports of one switch: a, b, c, ... */
async function ports(count: number): Promise<[Port, Port, Port, Port]> {
  const all: Port[] = [];
  for (const letter of [...'abcd'].slice(0, count)) all.push(await op(`vale0:${letter}`));
  return all as [Port, Port, Port, Port];
}

testCases({
  'vale.learning.same-batch': async () => {
    const [a, b, c] = await ports(3);
    a.put(99, 5, 0);
    a.put(5, 6, 1);
    a.put(99, 7, 2);
    a.port.txSync();
    const got = { b: b.take(), c: c.take().length, a: a.take().length };
    for (const station of [5, 6, 7]) b.send(station, 2, 9, 1);
    return { ...got, a_after: a.take().length, c_after: c.take().length };
  },
  'vale.learning.move': async () => {
    const [a, b, c] = await ports(3);
    b.send(-1, 9, 0, 1);
    c.send(-1, 9, 0, 1);
    for (const port of [a, b, c]) port.take();
    a.send(9, 1, 0, 2);
    return { b: b.take().length, c: c.take().length };
  },
  'vale.learning.no-learn-flag': async () => {
    const [a, b, c] = await ports(3);
    b.put(-1, 2, 0);
    b.tx.slot(0).flags = NETMAP.NS_NO_LEARN;
    b.port.txSync();
    a.take();
    c.take();
    a.send(2, 1, 0, 2);
    return { b: b.take().length, c: c.take().length };
  },
  'vale.broadcast-multicast': async () => {
    const [a, b, c, d] = await ports(4);
    a.send(-1, 1, 0, 2);
    const broadcast = {
      bc_a: a.take().length,
      bc_b: b.take().length,
      bc_c: c.take().length,
      bc_d: d.take().length,
    };
    a.send(-2, 1, 0, 3);
    const group = { mc_b: b.take().length, mc_c: c.take().length, mc_d: d.take().length };
    b.send(50, -2, 0, 1);
    for (const port of [a, c, d]) port.take();
    a.send(-2, 1, 0, 1);
    return { ...broadcast, ...group, mc_source_not_learned: c.take().length };
  },
  'vale.same-port-drop': async () => {
    const [a, b] = await ports(2);
    a.send(-1, 1, 0, 1);
    b.take();
    a.send(1, 1, 0, 5);
    const got = { a: a.take().length, b: b.take().length, tx: marks(a.tx) };
    a.send(77, 77, 0, 2);
    return { ...got, self_addressed_unknown_b: b.take().length };
  },
  'vale.lone-port': async () => {
    const [a] = await ports(1);
    const n = a.fill();
    a.port.txSync();
    return { n, tx: marks(a.tx), rx: a.take().length };
  },
  'vale.slow-port-isolated': async () => {
    const [a, b, c] = await ports(3);
    let [sent, got] = [0, 0];
    for (let i = 0; i < 30; i++) {
      sent += a.send(-1, 1, sent, 100);
      got += b.take().length;
    }
    return { sent, reader_got: got, nonreader_pending: c.pending() };
  },
  'vale.full-batch-1023': async () => {
    const [a, b] = await ports(2);
    a.fill();
    a.port.txSync();
    return { tx: marks(a.tx), b: b.take().length, rx: marks(b.rx) };
  },
  'vale.leave-return': async () => {
    const [a, b, c] = await ports(3);
    b.send(-1, 2, 0, 1);
    a.take();
    c.take();
    b.port.close();
    a.send(2, 1, 0, 2);
    const away = { c_after_leave: c.take().length, tx: marks(a.tx) };
    const again = await op('vale0:b');
    const back = { b_pending_on_return: again.pending() };
    a.send(2, 1, 0, 2);
    return { ...away, ...back, b_after_return: again.take().length, c_after_return: c.take().length };
  },
  'vale.close-loses-unread': async () => {
    const [a, b] = await ports(2);
    a.send(-1, 1, 0, 5);
    const pending = b.pending();
    b.port.close();
    const again = await op('vale0:b');
    return { pending, after_reopen: again.pending(), rx: marks(again.rx) };
  },
  'vale.many-ports': async () => {
    const all: Port[] = [];
    for (let i = 0; i < 40; i++) all.push(await op(`valel:p${i}`, { txSlots: 16, rxSlots: 16 }));
    const [first, ...others] = all as [Port, ...Port[]];
    const sent = first.send(-1, 1, 0, 5);
    return { sent, ports_with_5: others.filter((port) => port.take().length === 5).length };
  },
  'vale.multi-ring': async () => {
    const a = await op('vale0:a');
    const b = await op('vale0:b', { txRings: 4, rxRings: 4 });
    a.send(-1, 1, 0, 40);
    b.port.rxSync();
    const broadcast_from_ring0 = b.port.rxRings.map((ring) => ring.space);
    const ring = b.port.txRings[2] as Ring;
    for (let i = 0; i < 3; i++) {
      b.put(-1, 2, i);
      ring.fill(i, b.tx.slot(i).bytes, 0);
    }
    b.tx.head = b.tx.cur = 0;
    ring.head = ring.cur = 3;
    b.port.txSync();
    const got = { broadcast_from_ring0, a_got_from_ring2: a.take().length, ringid_tx2: ring.index };
    await op('vale0:b-3');
    return { ...got, one_ring_fd: 'ok' };
  },
  'monitor.vale.overflow': async () => {
    const [a, b] = await ports(2);
    const t = await op('vale0:a/t');
    let [sent, got] = [0, 0];
    for (let i = 0; i < 30; i++) {
      sent += a.send(-1, 1, sent, 100);
      got += b.take().length;
    }
    return { sent, b_got: got, monitor_has: t.pending() };
  },
  'pipe.slave-first': async () => {
    const b = await op('netmap:pq}1');
    const got = { sent_before_peer: b.send(1, 2, 0, 3), tx: marks(b.tx) };
    const a = await op('netmap:pq{1');
    const late = a.take();
    a.send(2, 1, 50, 2);
    const same_region = a.port.registration.nr_mem_id === b.port.registration.nr_mem_id ? 1 : 0;
    return { ...got, late, b: b.take(), same_region };
  },
  'pipe.many-ids': async () => {
    const pairs: [Port, Port][] = [];
    for (let i = 0; i < 5; i++) pairs.push([await op(`netmap:mp{${i * 7}`), await op(`netmap:mp}${i * 7}`)]);
    for (const [i, [master]] of pairs.entries()) master.send(2, 1, 1000 + i, 1);
    const right = pairs.filter(([, slave], i) => slave.take().join() === `${1000 + i}`);
    return { right_peer: right.length };
  },
  'ring.len.pipe': async () => {
    const [a, b] = [await op('netmap:lp{1'), await op('netmap:lp}1')];
    const got: Record<string, unknown> = {};
    for (const bytes of [0, 1, 14, 60, 2048, 2049, 65535]) {
      const slot = a.tx.slot(a.tx.head);
      a.put(-1, 1, 5);
      slot.length = bytes;
      a.put(-1, 1, 6);
      a.port.txSync();
      const n = b.pending();
      got[`len${bytes}`] = { n, len: [0, 1].map((i) => b.rx.slot(b.rx.head + i).length) };
      b.take();
      a.port.txSync();
    }
    return got;
  },
  'ring.morefrag.limit': async () => {
    const [a, b] = await ports(2);
    const got: Record<string, unknown> = {};
    for (const count of [16, 60, 62, 63, 64, 65, 66, 80]) {
      for (let i = 0; i < count; i++) {
        const slot = a.tx.slot(a.tx.head);
        a.put(-1, 1, i, 100);
        slot.flags = i < count - 1 ? NETMAP.NS_MOREFRAG : 0;
      }
      a.port.txSync();
      const n = b.pending();
      const last = (b.rx.head + n - 1) % b.rx.slotCount;
      got[`frags${count}`] = n;
      got[`frags${count}_flags`] = [b.rx.slot(b.rx.head).flags, b.rx.slot(last).flags];
      b.take();
    }
    return { ...got, tx: marks(a.tx) };
  },
});
