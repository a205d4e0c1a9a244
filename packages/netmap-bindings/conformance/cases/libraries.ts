// SPDX-License-Identifier: BSD-2-Clause
// netmap's header library and libnetmap.
import {
  DEVICE_STRUCTURES,
  encodeStructure,
  LIBRARY_STRUCTURES,
  NETMAP,
} from '@ringlab/netmap-bindings/layout';
import { frame, marks } from '../../src/port/testing/frames.ts';
import { addressOf, call, errnoName } from '../calls.ts';
import { POLL, poll } from '../device.ts';
import { HeaderPort } from '../header-port.ts';
import { LibraryPort } from '../library-port.ts';
import { countChain } from '../port.ts';
import { rxSync, txSync } from '../syncs.ts';
import type { Cases } from './case.ts';

const described = (port: HeaderPort) => {
  const { request: r, fields: d } = port;
  return {
    name: r.nr_name,
    tx: [d.first_tx_ring, d.last_tx_ring, d.cur_tx_ring],
    rx: [d.first_rx_ring, d.last_rx_ring, d.cur_rx_ring],
    ringid: r.nr_ringid,
    flags: r.nr_flags,
    txr: r.nr_tx_rings,
    rxr: r.nr_rx_rings,
    ni_name: port.nifp.ni_name,
    self: Number(d.self) === port.address ? 1 : 0,
    done_mmap: d.done_mmap,
    somering_dir: port.someDirection,
  };
};

const prepared = (name: string) => {
  const port = LibraryPort.from('nmport_prepare', name);
  if (typeof port === 'string') return port;
  const { header, registration: r, fields } = port;
  port.undoPrepare();
  return {
    name: header.nr_name,
    mode: r.nr_mode,
    ringid: r.nr_ringid,
    flags: Number(r.nr_flags),
    mem: r.nr_mem_id,
    txr: r.nr_tx_rings,
    rxr: r.nr_rx_rings,
    txs: r.nr_tx_slots,
    rxs: r.nr_rx_slots,
    opts: header.nr_options === 0n ? 0 : 1,
    fd: fields.fd,
  };
};

export const libraries: Cases = {
  'name.nmopen.descriptor': () => {
    const names = 'vale0:a vale0:a-0 vale0:a^ vale0:a* netmap:p{3 netmap:p}3 vale0:a/T vale0:a/R'.split(' ');
    const of = (name: string) => {
      const port = HeaderPort.tryOpen(name, null, 0, 0);
      if (typeof port === 'string') return port;
      const got = described(port);
      port.close();
      return got;
    };
    return Object.fromEntries(names.map((name) => [name, of(name)]));
  },
  'default.nmopen.parent-memory': () => {
    const a = HeaderPort.open('netmap:pa{1');
    const b = HeaderPort.open('netmap:pa}1', null, NETMAP.NM_OPEN_NO_MMAP, a.address);
    const v = HeaderPort.open('vale0:x');
    const w = HeaderPort.open('vale0:y', null, NETMAP.NM_OPEN_NO_MMAP, v.address);
    const z = HeaderPort.open('vale0:z', null, NETMAP.NM_OPEN_NO_MMAP | NETMAP.NM_OPEN_ARG2, v.address);
    const sameMemory = (one: HeaderPort, other: HeaderPort) => (one.fields.mem === other.fields.mem ? 1 : 0);
    const sameRegion = (one: HeaderPort, other: HeaderPort) =>
      one.request.nr_arg2 === other.request.nr_arg2 ? 1 : 0;
    return {
      pipe_same_mem: sameMemory(a, b),
      pipe_done_mmap: b.fields.done_mmap,
      pipe_region_equal: sameRegion(a, b),
      vale_same_mem: sameMemory(v, w),
      vale_done_mmap: w.fields.done_mmap,
      vale_region_equal: sameRegion(v, w),
      arg2_same_mem: sameMemory(z, v),
    };
  },
  'default.nmopen.no-mmap': () => {
    const a = HeaderPort.open('vale0:nm', null, NETMAP.NM_OPEN_NO_MMAP);
    const before = a.fields;
    const nm_mmap = a.map();
    const after = a.fields;
    return {
      mem_null: before.mem === 0n ? 1 : 0,
      nifp_null: before.nifp === 0n ? 1 : 0,
      nm_mmap,
      mem_set: after.mem === 0n ? 0 : 1,
      nifp_set: after.nifp === 0n ? 0 : 1,
      close: a.close(),
      close_null: call('header_close', null),
    };
  },
  'default.nmopen.flags': () => {
    const a = HeaderPort.open('vale0:a', null, NETMAP.NETMAP_NO_TX_POLL);
    const b = HeaderPort.open('vale0:b');
    const { nr_ringid } = a.request;
    a.inject(frame(-1, 1, 0));
    const polled = (events: number) => {
      const said = poll(a.fd, events);
      rxSync(b.fd);
      return [said, b.rx.space] as const;
    };
    const [pollin, b_after_pollin] = polled(POLL.IN);
    const [pollout, b_after_pollout] = polled(POLL.OUT);
    const req = { nr_tx_slots: 64, nr_rx_slots: 32, nr_tx_rings: 2, nr_rx_rings: 3 };
    const parent = encodeStructure(LIBRARY_STRUCTURES.nm_desc, {
      req: encodeStructure(DEVICE_STRUCTURES.nmreq, req),
    });
    new DataView(parent.buffer).setBigUint64(0, BigInt(addressOf(parent)), true);
    const c = HeaderPort.open('vale0:c', null, NETMAP.NM_OPEN_RING_CFG, parent);
    const d = HeaderPort.open('vale0:d', encodeStructure(DEVICE_STRUCTURES.nmreq, { nr_tx_slots: 48 }));
    const e = HeaderPort.tryOpen('vale0:zzz', null, NETMAP.NM_OPEN_IFNAME, b.address);
    const r = c.request;
    const rings = [r.nr_tx_rings, r.nr_rx_rings, c.fields.last_tx_ring, c.fields.last_rx_ring];
    return {
      ringid: nr_ringid,
      pollin,
      b_after_pollin,
      pollout,
      b_after_pollout,
      ring_cfg: [r.nr_tx_slots, r.nr_rx_slots, ...rings],
      from_req: [d.request.nr_tx_slots, d.request.nr_rx_slots],
      ifname_from_parent: typeof e === 'string' ? e : e.request.nr_name,
    };
  },
  'ring.lib.inject-nextpkt': () => {
    const [a, b] = [HeaderPort.open('vale0:a'), HeaderPort.open('vale0:b')];
    const has = () => (b.next() === undefined ? 0 : 1);
    const [inj0, inj1, inj2] = [60, 61, 62].map((bytes, i) => a.inject(frame(-1, 1, i, bytes)));
    const next_before_sync = has();
    txSync(a.fd);
    const next_before_rxsync = has();
    rxSync(b.fd);
    const taken = [b.next(), b.next(), b.next()];
    const none = b.next();
    const inject5000 = a.inject(frame(-1, 1, 7, 5000));
    const tx = marks(a.tx);
    txSync(a.fd);
    rxSync(b.fd);
    const slots = b.rx.space;
    const { returned, calls, lengths } = b.dispatch(-1);
    let inject_until_full = 0;
    while (a.inject(frame(-1, 1, 7)) === 60) inject_until_full++;
    return {
      inj0,
      inj1,
      inj2,
      next_before_sync,
      next_before_rxsync,
      lens: [...taken, none].filter((header) => header !== undefined).map(({ len }) => len),
      caplen_last: taken[2]?.caplen,
      inject5000,
      tx,
      slots,
      dispatch: returned,
      cb: calls,
      cb_len0: lengths[0],
      inject_until_full,
      inject_full: a.inject(frame(-1, 1, 7)),
    };
  },
  'ring.lib.dispatch-counts': () => {
    const [a, b] = [HeaderPort.open('vale0:a'), HeaderPort.open('vale0:b')];
    for (let i = 0; i < 6; i++) a.inject(frame(-1, 1, i));
    txSync(a.fd);
    const before = b.dispatch(10);
    rxSync(b.fd);
    const [two, all, empty] = [b.dispatch(2), b.dispatch(0), b.dispatch(1)];
    return {
      no_sync: before.returned,
      cb0: before.calls,
      two: two.returned,
      cb2: two.calls,
      flags2: two.flags,
      zero_means_all: all.returned,
      cb4: all.calls,
      flags4: all.flags,
      empty: empty.returned,
      rx: marks(b.rx),
    };
  },
  'lib.nmport.prepare': () => {
    const names =
      'vale0:a vale0:a-3 netmap:foo netmap:foo* netmap:foo^ netmap:foo^2 netmap:foo-2/x@3 netmap:foo{1/zt netmap:foo@7 netmap:foo@conf:rings=2,slots=64 netmap:foo/tr netmap:foo@offset:initial=128';
    return Object.fromEntries(names.split(' ').map((name) => [name, prepared(name)]));
  },
  'lib.nmport.open-inject': () => {
    const [a, b] = [LibraryPort.open('vale0:a'), LibraryPort.open('vale0:b')];
    const { fields: d, registration } = a;
    const rx = () => b.rings.rx[0]?.space;
    const sent = (bytes: number) => {
      const injected = a.inject(frame(-1, 1, 3, bytes));
      txSync(d.fd);
      rxSync(b.fields.fd);
      return injected;
    };
    const inject = sent(200);
    const got = { n: rx(), len: b.rings.rx[0]?.slot(0).length };
    const inject4500 = sent(4500);
    const n2 = rx();
    let until_full = 0;
    while (a.inject(frame(-1, 1, 3)) === 60) until_full++;
    const full = a.inject(frame(-1, 1, 3));
    return {
      rings: d.last_tx_ring - d.first_tx_ring + 1,
      cur_tx: d.cur_tx_ring,
      fd_ok: d.fd >= 0 ? 1 : 0,
      nifp: d.nifp === 0n ? 0 : 1,
      mode: registration.nr_mode,
      mem_set: d.mem === 0n ? 0 : 1,
      inject,
      ...got,
      inject4500,
      n2,
      until_full,
      full,
      errno: errnoName(),
    };
  },
  'lib.nmport.clone': () => {
    const a = LibraryPort.mustBe('nmport_prepare', 'vale0:m-0@conf:rings=2');
    const open = a.do('nmport_open_desc');
    const c = LibraryPort.mustBe('nmport_clone', a.address);
    c.registration = { nr_ringid: 1 };
    return {
      open,
      rings: a.registration.nr_tx_rings,
      clone: 1,
      open_clone: c.do('nmport_open_desc'),
      first_tx: c.fields.first_tx_ring,
      same_region: a.registration.nr_mem_id === c.registration.nr_mem_id ? 1 : 0,
      same_mapping: a.fields.mem === c.fields.mem ? 1 : 0,
    };
  },
  'lib.nmport.stepwise': () => {
    const d = LibraryPort.mustBe('nmport_prepare', 'vale0:sw');
    d.registration = { nr_extra_bufs: 6 };
    const register = d.do('nmport_register');
    const register_again = d.do('nmport_register') === 0 ? 1 : 0;
    const mmap = d.do('nmport_mmap');
    const [tx] = d.rings.tx;
    const extra = d.registration.nr_extra_bufs;
    const walk = tx === undefined ? -1 : countChain(tx, d.bufsHead);
    d.do('nmport_undo_mmap');
    const nifp_after_undo = d.fields.nifp === 0n ? 0 : 1;
    d.do('nmport_undo_register');
    return { register, register_again, mmap, extra, walk, nifp_after_undo, fd_after_undo: d.fields.fd };
  },
  'lib.nmport.pipe': () => {
    const [a, b] = [LibraryPort.open('netmap:lp{7'), LibraryPort.open('netmap:lp}7')];
    for (let i = 0; i < 3; i++) a.inject(frame(2, 1, 1));
    txSync(a.fields.fd);
    rxSync(b.fields.fd);
    return {
      name: a.header.nr_name,
      mode: a.registration.nr_mode,
      n: b.rings.rx[0]?.space,
      region: a.registration.nr_mem_id === b.registration.nr_mem_id ? 1 : 0,
      one_mapping: a.fields.mem === b.fields.mem ? 1 : 0,
    };
  },
};
