// SPDX-License-Identifier: BSD-2-Clause
// Requests: what they answer, and their options.
import {
  DEVICE_STRUCTURES,
  type Decoded,
  decodeStructure,
  encodeStructure,
  NETMAP,
} from '@ringlab/netmap-bindings/layout';
import { frame, moveTo } from '../../src/port/testing/frames.ts';
import { addressOf, call, callForAddress } from '../calls.ts';
import { control, controlWith, legacy, openDevice } from '../device.ts';
import { HeaderPort } from '../header-port.ts';
import { countChain, Port } from '../port.ts';
import type { Cases } from './case.ts';

const S = DEVICE_STRUCTURES;
const MAP_SHARED_ANONYMOUS = 0x21;

const infoOf = (fd: number, name: string, nr_mem_id = 0) =>
  controlWith({ fd, name, type: NETMAP.NETMAP_REQ_PORT_INFO_GET }, S.nmreq_port_info_get, { nr_mem_id });
const poolsOf = (fd: number, name: string, nr_mem_id: number) =>
  controlWith({ fd, name, type: NETMAP.NETMAP_REQ_POOLS_INFO_GET }, S.nmreq_pools_info, { nr_mem_id });

const option = (nro_reqtype: number, nro_next = 0n) =>
  encodeStructure(S.nmreq_option, { nro_reqtype, nro_next });
const statusOf = (bytes: Uint8Array) => decodeStructure(S.nmreq_option, bytes).nro_status;
const offsets = (values: object = {}) =>
  encodeStructure(S.nmreq_opt_offsets, { nro_opt: option(NETMAP.NETMAP_REQ_OPT_OFFSETS), ...values });

function registerWith(fd: number, name: string, options: Uint8Array | number) {
  const body = encodeStructure(S.nmreq_register, { nr_mode: NETMAP.NR_REG_ALL_NIC });
  const { rc } = control({ fd, name, type: NETMAP.NETMAP_REQ_REGISTER, body, options });
  return { rc, reply: decodeStructure(S.nmreq_register, body) };
}

export const requests: Cases = {
  'default.extra-bufs.legacy': () => {
    const openWith = (name: string, nr_arg3: number) => {
      const port = HeaderPort.open(name, encodeStructure(S.nmreq, { nr_arg3 }));
      const got = [port.request.nr_arg3, countChain(port.someRing, port.nifp.ni_bufs_head)] as const;
      port.close();
      return got;
    };
    const [arg3, walked] = openWith('vale0:xl', 5);
    const [pipe_arg3, pipe_walked] = openWith('netmap:xl{1', 4);
    return { arg3, walked, pipe_arg3, pipe_walked };
  },
  'default.port-info-get': () => {
    const a = Port.open('vale0:pi');
    const fd = openDevice();
    const open = infoOf(fd, 'vale0:pi');
    const {
      nr_tx_slots,
      nr_rx_slots,
      nr_tx_rings,
      nr_rx_rings,
      nr_host_tx_rings,
      nr_host_rx_rings,
      nr_memsize,
    } = open.reply;
    const rings = [nr_tx_rings, nr_rx_rings, nr_host_tx_rings, nr_host_rx_rings];
    const [never, pipe, empty] = [infoOf(fd, 'vale0:never'), infoOf(fd, 'pn{1'), infoOf(fd, '')];
    return {
      open_port: open.rc,
      open_port_info: [nr_tx_slots, nr_rx_slots, ...rings, Number(nr_memsize)],
      mem_id_same: open.reply.nr_mem_id === a.reply.nr_mem_id ? 1 : 0,
      never_opened_vale: never.rc,
      never_slots: never.reply.nr_tx_slots,
      nosuch: infoOf(fd, 'nosuch0', never.reply.nr_mem_id).rc,
      pipe_never: pipe.rc,
      pipe_slots: pipe.reply.nr_tx_slots,
      pipe_rings: pipe.reply.nr_tx_rings,
      empty_name: empty.rc,
      empty_mem_id: empty.reply.nr_mem_id,
      on_registered_fd: infoOf(a.fd, 'vale0:pi').rc,
    };
  },
  'default.ginfo': () => {
    const fd = openDevice();
    const vale = legacy(fd, 'NIOCGINFO', { nr_name: 'vale0:gi' });
    const { nr_tx_slots, nr_rx_slots, nr_tx_rings, nr_rx_rings, nr_memsize, nr_offset, nr_arg2 } = vale.reply;
    const empty = legacy(fd, 'NIOCGINFO', {});
    return {
      vale: vale.rc,
      vale_info: [nr_tx_slots, nr_rx_slots, nr_tx_rings, nr_rx_rings, nr_memsize, nr_offset],
      arg2_nonzero: nr_arg2 === 0 ? 0 : 1,
      empty: empty.rc,
      empty_memsize: empty.reply.nr_memsize,
      empty_arg2: empty.reply.nr_arg2,
      nosuch: legacy(fd, 'NIOCGINFO', { nr_name: 'nosuch0' }).rc,
      bad_version: legacy(fd, 'NIOCGINFO', { nr_name: 'vale0:gi', nr_version: 5 }).rc,
    };
  },
  'default.pools-info': () => {
    const global_unmapped = poolsOf(openDevice(), '', 1).rc;
    const p = Port.open('vale0:po');
    const by_id = poolsOf(openDevice(), '', p.reply.nr_mem_id).rc;
    const { rc, reply } = poolsOf(p.fd, 'vale0:po', 0);
    const { nr_memsize, nr_mem_id, pad1, ...pools } = reply;
    return {
      global_unmapped,
      by_id,
      by_name: rc,
      info: [Number(nr_memsize), ...Object.values(pools).map(Number)],
      mem_id_same: nr_mem_id === p.reply.nr_mem_id ? 1 : 0,
      memsize_same: nr_memsize === p.reply.nr_memsize && pad1.byteLength > 0 ? 1 : 0,
    };
  },
  'default.regif.outputs': () => {
    const regif = (values: Partial<Decoded<typeof S.nmreq>>) => {
      const fd = openDevice();
      const answer = legacy(fd, 'NIOCREGIF', values);
      call('close', fd);
      return answer;
    };
    const [nr_flags, nr_name] = [NETMAP.NR_REG_ALL_NIC, 'vale0:rq'];
    const { rc, reply: r } = regif({ nr_name, nr_flags, nr_arg1: 3 });
    const shape = [r.nr_tx_slots, r.nr_rx_slots, r.nr_tx_rings, r.nr_rx_rings, r.nr_ringid, r.nr_cmd];
    const zero = regif({ nr_name });
    const nr_ringid = 5 | NETMAP.NETMAP_NO_TX_POLL;
    const { rc: pipe, reply: p } = regif({ nr_name: 'rq', nr_flags: NETMAP.NR_REG_PIPE_MASTER, nr_ringid });
    const cfg = regif({ nr_name, nr_flags, nr_tx_slots: 128, nr_rx_slots: 64, nr_tx_rings: 2 });
    const c = cfg.reply;
    const rest = [r.nr_arg1, r.nr_arg2 === 0 ? 0 : 1, r.nr_arg3, r.nr_flags];
    return {
      rc,
      name: r.nr_name,
      fields: [r.nr_version, r.nr_offset, r.nr_memsize, ...shape, ...rest],
      flags0: zero.rc,
      flags0_out: zero.reply.nr_flags,
      flags0_ringid: zero.reply.nr_ringid,
      pipe,
      pipe_name: p.nr_name,
      pipe_fields: [p.nr_ringid, p.nr_flags, p.nr_tx_slots, p.nr_memsize],
      cfg: cfg.rc,
      cfg_out: [c.nr_tx_slots, c.nr_rx_slots, c.nr_tx_rings, c.nr_rx_rings],
    };
  },
  'default.options.status': () => {
    const unknown = option(99);
    const unknown_type = registerWith(openDevice(), 'vale0:o', unknown).rc;
    const got = { unknown_type, unknown_status: statusOf(unknown) };
    const asked = offsets({ nro_max_offset: 256n, nro_initial_offset: 64n, nro_offset_bits: 16 });
    const own = openDevice();
    const { rc, reply } = registerWith(own, 'vale0:o', asked);
    const answered = decodeStructure(S.nmreq_opt_offsets, asked);
    const p = new Port(own, reply);
    p.map();
    const [tx, rx] = [p.raw(0), p.raw(2)];
    const slotPointer = tx.slots[0]?.ptr ?? 0n;
    const b = Port.open('vale0:p');
    p.tx.slot(0).buffer.set(frame(-1, 1, 5, 100), Number(slotPointer & tx.offset_mask));
    p.tx.slot(0).length = 100;
    moveTo(p.tx, 1);
    p.txSync();
    const peer_len = b.pending() > 0 ? b.rx.slot(0).length : -1;
    return {
      ...got,
      offsets: rc,
      offsets_status: statusOf(asked),
      max: Number(answered.nro_max_offset),
      bits: answered.nro_offset_bits,
      mask: Number(tx.offset_mask),
      slot_ptr: Number(slotPointer),
      rx_mask: Number(rx.offset_mask),
      buf_align: Number(tx.buf_align),
      peer_len,
      peer_seq: b.take(),
    };
  },
  'default.options.misuse': () => {
    const second = offsets();
    const first = offsets({ nro_opt: option(NETMAP.NETMAP_REQ_OPT_OFFSETS, BigInt(addressOf(second))) });
    const duplicate = registerWith(openDevice(), 'vale0:o', first).rc;
    const mode = encodeStructure(S.nmreq_opt_sync_kloop_mode, {
      nro_opt: option(NETMAP.NETMAP_REQ_OPT_SYNC_KLOOP_MODE),
    });
    return {
      duplicate,
      st1: statusOf(first),
      st2: statusOf(second),
      kloop_on_register: registerWith(openDevice(), 'vale0:o', mode).rc,
      kloop_status: statusOf(mode),
      wild_option: registerWith(openDevice(), 'vale0:o', 16).rc,
    };
  },
  'default.options.extmem': () => {
    const bytes = 16 << 20;
    const memory = callForAddress('mmap', null, bytes, 3, MAP_SHARED_ANONYMOUS, -1, 0);
    const pools = encodeStructure(S.nmreq_pools_info, {
      nr_memsize: BigInt(bytes),
      nr_if_pool_objtotal: 4,
      nr_if_pool_objsize: 1024,
      nr_ring_pool_objtotal: 8,
      nr_ring_pool_objsize: 20480,
      nr_buf_pool_objtotal: 4200,
      nr_buf_pool_objsize: 2048,
    });
    const asked = encodeStructure(S.nmreq_opt_extmem, {
      nro_opt: option(NETMAP.NETMAP_REQ_OPT_EXTMEM),
      nro_usrptr: BigInt(memory),
      nro_info: pools,
    });
    const { rc } = registerWith(openDevice(), 'vale0:em', asked);
    return { register: rc, status: statusOf(asked) };
  },
  'null.register': () => {
    const NULL = { nr_mode: NETMAP.NR_REG_NULL };
    const p = Port.register('nulg', { ...NULL, nr_mem_id: 1, nr_extra_bufs: 8 });
    if (typeof p === 'string') return { global_region: p };
    const r = p.reply;
    const shape = [
      r.nr_tx_rings,
      r.nr_rx_rings,
      r.nr_host_tx_rings,
      r.nr_tx_slots,
      r.nr_rx_slots,
      r.nr_mem_id,
    ];
    const got = {
      global_region: 'ok',
      extra_granted: r.nr_extra_bufs,
      out: [...shape, Number(r.nr_memsize)],
      map: p.map(),
      ni_name: p.nifp.ni_name,
      bufs_head_set: p.nifp.ni_bufs_head === 0 ? 0 : 1,
      ni_tx_rings: p.nifp.ni_tx_rings,
      poll: p.poll(5),
      txsync: p.txSync(),
      rxsync: p.rxSync(),
    };
    p.close();
    const a = Port.open('vale0:a');
    const said = (name: string, wanted: object) => {
      const answer = Port.register(name, { ...NULL, ...wanted });
      return typeof answer === 'string' ? answer : 'ok';
    };
    return {
      ...got,
      a_port_region: said('nula', { nr_mem_id: a.reply.nr_mem_id }),
      empty_name: said('', {}),
      named: said('nul0', {}),
      extra: said('nul0', { nr_extra_bufs: 8 }),
    };
  },
};
