// SPDX-License-Identifier: BSD-2-Clause
// Cases about names, switches, pipes and monitors that were recorded on in-kernel netmap.
import { NETMAP } from '@ringlab/netmap-bindings/layout';
import { expect } from 'vitest';
import type { Ring } from '../index.ts';
import { attempt, isOrdered, marks, moveTo, op, recorded, slots, testCases } from './testing/golden.ts';

testCases({
  'lib.nmport.open-names': async () => {
    const names = Object.keys(recorded('lib.nmport.open-names'));
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
    const [spare, other] = b.port.extraBuffers;
    const kept = a.tx.slot(0).bufferIndex;
    a.send(2, 1, 5, 2);
    b.port.rxSync();
    const got = {
      extra: b.port.registration.nr_extra_bufs,
      kept_is_sender_buf: b.rx.slot(0).bufferIndex === kept ? 1 : 0,
    };
    b.rx.slot(0).bufferIndex = spare as number;
    b.rx.slot(0).flags = NETMAP.NS_BUF_CHANGED;
    b.port.extraBuffers = [kept, other as number];
    expect(b.port.extraBuffers).toEqual([kept, other]);
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
  'default.extra-bufs.walk': async () => {
    const { port, tx, rx } = await op('vale0:xb', { extraBuffers: 7 });
    const walked = port.extraBuffers;
    const inRings = new Set(
      [tx, rx].flatMap((ring) => slots(ring, ring.slotCount, (slot) => slot.bufferIndex)),
    );
    const got = {
      granted: port.registration.nr_extra_bufs,
      walked: walked.length,
      dups: walked.length - new Set(walked).size,
      also_in_ring: walked.filter((number) => inRings.has(number)).length,
    };
    const none = await op('vale0:xb2');
    expect(none.port.extraBuffers).toEqual([]);
    return { ...got, none_asked: none.port.registration.nr_extra_bufs };
  },
  'default.extra-bufs.too-many': async () => {
    await op('vale0:xb');
    const { port } = await op('vale0:xb', { extraBuffers: 30000 });
    const fresh = await op('vale0:xc', { extraBuffers: 30000 });
    return {
      granted: port.registration.nr_extra_bufs,
      walked_equals_granted: port.extraBuffers.length === port.registration.nr_extra_bufs ? 1 : 0,
      fresh_port_granted: fresh.port.extraBuffers.length,
    };
  },
  'name.busy.reopen': async () => {
    const a = await op('vale0:busy');
    const tries = {
      same_vale_again: await attempt('vale0:busy'),
      same_vale_excl: await attempt('vale0:busy/x'),
      same_name_other_switch: await attempt('vale1:busy'),
    };
    const b = await op('vale0:busy');
    const [one, other] = [a.port.registration, b.port.registration];
    const got = {
      same_mem_id: one.nr_mem_id === other.nr_mem_id ? 1 : 0,
      same_offset: one.nr_offset === other.nr_offset ? 1 : 0,
    };
    b.port.close();
    a.port.close();
    return { ...tries, ...got, after_close: await attempt('vale0:busy/x') };
  },
});
