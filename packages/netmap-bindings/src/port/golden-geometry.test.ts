// SPDX-License-Identifier: BSD-2-Clause
// Cases about geometry, memory regions, limits and monitors that were recorded on in-kernel netmap.
import { attempt, marks, moveTo, op, type Port, testCases } from './testing/golden.ts';

const isSame = (one: Port, other: Port) =>
  one.port.registration.nr_mem_id === other.port.registration.nr_mem_id ? 1 : 0;

const geometryOf = ({ port, tx, rx }: Port) => ({
  tx_rings: port.registration.nr_tx_rings,
  rx_rings: port.registration.nr_rx_rings,
  host_tx: port.registration.nr_host_tx_rings,
  host_rx: port.registration.nr_host_rx_rings,
  tx_slots: port.registration.nr_tx_slots,
  rx_slots: port.registration.nr_rx_slots,
  memsize: Number(port.registration.nr_memsize),
  mode: port.registration.nr_mode,
  flags: Number(port.registration.nr_flags),
  ringid: port.registration.nr_ringid,
  mem_id_nonzero: port.registration.nr_mem_id === 0 ? 0 : 1,
  'tx.num_slots': tx.slotCount,
  'tx.buf_size': tx.bufferBytes,
  'rx.num_slots': rx.slotCount,
  tx: marks(tx),
  rx: marks(rx),
});

/** How many of these names are opened, one after the other, and what the next one is refused with. */
async function openAll(names: readonly string[], slots = 0): Promise<[count: number, refused: string]> {
  for (const [count, name] of names.entries()) {
    const refused = await op(name, { txSlots: slots, rxSlots: slots }).then(
      () => undefined,
      ({ code }) => String(code),
    );
    if (refused !== undefined) return [count, refused];
  }
  return [names.length, 'none'];
}

testCases({
  'default.vale.geometry': async () => {
    const port = await op('vale0:a');
    return {
      ...geometryOf(port),
      offset: Number(port.port.registration.nr_offset),
      extra: port.port.registration.nr_extra_bufs,
      'tx.ringid': port.tx.index,
      'rx.ringid': port.rx.index,
      'rx.buf_size': port.rx.bufferBytes,
      tx_space: port.tx.space,
      rx_space: port.rx.space,
    };
  },
  'default.pipe.geometry': async () => {
    const got = geometryOf(await op('netmap:pg{1'));
    const slave = await op('netmap:pg}1');
    const memsize = Number(slave.port.registration.nr_memsize);
    return { ...got, 's.tx': marks(slave.tx), 's.rx': marks(slave.rx), 's.memsize': memsize };
  },
  'default.mem-id.sharing': async () => {
    const [a, b, other] = [await op('vale0:a'), await op('vale0:b'), await op('vale1:a')];
    const [master, slave] = [await op('netmap:pa{1'), await op('netmap:pa}1')];
    const [second, stranger] = [await op('netmap:pa{2'), await op('netmap:pb{1')];
    const bytes = ({ port }: Port) => Number(port.registration.nr_memsize);
    return {
      two_ports_one_switch: isSame(a, b),
      two_switches: isSame(a, other),
      pipe_two_ends: isSame(master, slave),
      pipe_two_ids_same_name: isSame(master, second),
      pipe_other_name: isSame(master, stranger),
      pipe_is_global_1: master.port.registration.nr_mem_id === 1 ? 1 : 0,
      vale_is_global_1: a.port.registration.nr_mem_id === 1 ? 1 : 0,
      memsize_vale_eq_pipe: bytes(a) === bytes(master) ? 1 : 0,
      memsize_pipe: bytes(master),
    };
  },
  'default.mem-id.request': async () => {
    const a = await op('vale0:a');
    const asked = await op(`vale0:q@${a.port.registration.nr_mem_id}`);
    const global = await op('vale0:g1@1');
    return {
      same_as_a: isSame(a, asked),
      global: global.port.registration.nr_mem_id === 1 ? 1 : 0,
      global_memsize: Number(global.port.registration.nr_memsize),
      unknown_id: await attempt('vale0:u@999'),
      pipe_with_a_region: isSame(a, await op(`netmap:zp{1@${a.port.registration.nr_mem_id}`)),
    };
  },
  'pipe.multi-ring': async () => {
    const a = await op('netmap:mr{1', { txRings: 3, rxRings: 3 });
    const b = await op('netmap:mr}1');
    for (const [k, ring] of a.port.txRings.entries()) {
      for (let i = 0; i <= k; i++) ring.fill(i, new Uint8Array(60), 0);
      moveTo(ring, k + 1);
    }
    a.port.txSync();
    b.port.rxSync();
    return { b_rings: b.port.rxRings.length, per_ring: b.port.rxRings.map((ring) => ring.space) };
  },
  'ring.wrap.vale-long': async () => {
    const [a, b] = [await op('vale0:a'), await op('vale0:b')];
    let [sent, received, outOfOrder] = [0, 0, 0];
    while (sent < 10300) {
      sent += a.send(-1, 1, sent, 103, 70);
      for (const number of b.take()) if (number !== received++) outOfOrder++;
    }
    b.port.rxSync();
    return { sent, received, out_of_order: outOfOrder, tx: marks(a.tx) };
  },
  'monitor.vale.zcopy': async () => {
    const [a, b] = [await op('vale0:a'), await op('vale0:b')];
    const rx = await op('vale0:a/rz');
    b.send(-1, 2, 0, 3);
    const got = { a_got: a.take().length, z_sees: rx.pending() };
    rx.port.close();
    const tx = await op('vale0:a/tz');
    a.send(-1, 2, 0, 3);
    return {
      ...got,
      b_got: b.take().length,
      z_sees_tx: tx.pending(),
      nmopen_z: await attempt('vale0:a/z'),
      nmopen_t: await attempt('vale0:a/t'),
      nmopen_r: await attempt('vale0:a/r'),
    };
  },
  'monitor.pipe.copy': async () => {
    const [a, b] = [await op('netmap:mo{1'), await op('netmap:mo}1')];
    const [t, r] = [await op('netmap:mo{1/t'), await op('netmap:mo}1/r')];
    a.send(2, 1, 0, 3);
    const got = { b_got: b.take().length };
    a.port.txSync();
    return { ...got, t_sees: t.pending(), t_len: t.rx.slot(0).length, r_sees: r.pending() };
  },
  'monitor.orphan': async () => {
    const got = { monitor_first: await attempt('vale0:none/t') };
    const a = await op('vale0:a');
    const t = await op('vale0:a/t');
    a.send(-1, 1, 0, 2);
    a.port.close();
    const pending = t.pending();
    const again = await op('vale0:a');
    again.send(-1, 1, 0, 2);
    return { ...got, pending, reopened_sees: t.pending() };
  },
  'pipe.pairs-per-name-limit': async () => {
    const ends = Array.from({ length: 40 }, (_, i) => [`netmap:ml{${i}`, `netmap:ml}${i}`]).flat();
    const [opened, refused] = await openAll(ends);
    return Object.fromEntries([
      ['pairs', Math.floor(opened / 2)],
      ['then', refused],
      ['other_name_still_ok', await attempt('netmap:mg{1')],
      ['same_name_global_region', await attempt('netmap:ml{99@1')],
    ]);
  },
  'vale.switch-limit': async () => {
    const names = Array.from({ length: 40 }, (_, i) => `vales${i}:p`);
    const [switches, refused] = await openAll(names, 16);
    return Object.fromEntries([
      ['switches', switches],
      ['then', refused],
    ]);
  },
});
