// SPDX-License-Identifier: BSD-2-Clause
// What vale-ctl asks of switches, and network devices on them.
import { DEVICE_STRUCTURES, encodeStructure, NETMAP } from '@ringlab/netmap-bindings/layout';
import { marks } from '../../src/port/testing/frames.ts';
import { call } from '../calls.ts';
import { control, controlWith, isListed, listFrom, openDevice, tryRegister } from '../device.ts';
import { Port } from '../port.ts';
import type { Cases, Got } from './case.ts';
import { tryHeaderOpen } from './names.ts';

const S = DEVICE_STRUCTURES;

const newif = (fd: number, name: string, slots = 0) =>
  controlWith({ fd, name, type: NETMAP.NETMAP_REQ_VALE_NEWIF }, S.nmreq_vale_newif, {
    nr_tx_slots: slots,
    nr_rx_slots: slots,
  });
const delif = (fd: number, name: string) => control({ fd, name, type: NETMAP.NETMAP_REQ_VALE_DELIF }).rc;
const attach = (fd: number, name: string, nr_mode: number = NETMAP.NR_REG_ALL_NIC) =>
  controlWith({ fd, name, type: NETMAP.NETMAP_REQ_VALE_ATTACH }, S.nmreq_vale_attach, {
    reg: encodeStructure(S.nmreq_register, { nr_mode }),
  });
const detach = (fd: number, name: string) =>
  controlWith({ fd, name, type: NETMAP.NETMAP_REQ_VALE_DETACH }, S.nmreq_vale_detach);
const header = (fd: number, name: string, type: number, nr_hdr_len = 0) =>
  controlWith({ fd, name, type }, S.nmreq_port_hdr, { nr_hdr_len });

const isInterface = (name: string) => (call('if_nametoindex', name) === 0 ? 0 : 1);
const said = (port: Port | string) => (typeof port === 'string' ? port : 'ok');

function openAndMap(name: string): Port | string {
  const port = Port.register(name);
  if (typeof port !== 'string') port.map();
  return port;
}

function walk(fd: number): { walk: string[]; end: unknown } {
  const found: string[] = [];
  for (let from = { nr_bridge_idx: 0, nr_port_idx: 0 }; ; ) {
    const { rc, header, reply } = listFrom(fd, '', from);
    if (rc !== 0) return { walk: found, end: rc };
    found.push(`${header.nr_name}:${reply.nr_bridge_idx}:${reply.nr_port_idx}`);
    from = { ...reply, nr_port_idx: reply.nr_port_idx + 1 };
  }
}

function persistentLife(fd: number): Got {
  const p = openAndMap('prs0');
  if (typeof p === 'string') return { open: p };
  const got = { slots: p.tx.slotCount, ni_name: p.nifp.ni_name, host_rings: p.nifp.ni_host_tx_rings };
  const delif_while_open = delif(fd, 'prs0');
  p.close();
  return { ...got, delif_while_open };
}

export const switches: Cases = {
  'vale.flags-port-override': () => {
    const [a, b, c] = [Port.open('vale0:a'), Port.open('vale0:b'), Port.open('vale0:c')];
    const of = (k: number) => {
      a.put(99, 1, k, 60, k << NETMAP.NS_PORT_SHIFT);
      a.txSync();
      return [`p${k}`, [b.take().length, c.take().length]];
    };
    return Object.fromEntries([1, 2, 3, 4].map(of));
  },
  'vale.ctl.list': () => {
    Port.open('vale0:a');
    Port.open('vale0:b');
    Port.open('vale1:c');
    const fd = openDevice();
    const all = walk(fd);
    const one = (name: string) => {
      const { rc, reply } = listFrom(fd, name, { nr_bridge_idx: 0xffff, nr_port_idx: 0xffffffff });
      return [name, [String(rc), reply.nr_bridge_idx, reply.nr_port_idx | 0]];
    };
    const names = ['vale0:b', 'vale0:a', 'vale1:c', 'vale0:zz', 'vale1:', 'vale1', 'vale9:a', 'foo'];
    const from = listFrom(fd, '', { nr_bridge_idx: 1, nr_port_idx: 0 });
    return {
      walk: all.walk,
      n: all.walk.length,
      end: all.end,
      ...Object.fromEntries(names.map(one)),
      from_bridge1: from.rc,
      from_bridge1_name: from.header.nr_name,
    };
  },
  'vale.ctl.newif-life': () => {
    const fd = openDevice();
    const made = newif(fd, 'prs0');
    const { nr_tx_slots, nr_rx_slots, nr_tx_rings, nr_rx_rings, nr_mem_id } = made.reply;
    return {
      newif: made.rc,
      newif_out: [nr_tx_slots, nr_rx_slots, nr_tx_rings, nr_rx_rings, nr_mem_id === 0 ? 0 : 1],
      newif_again: newif(fd, 'prs0').rc,
      netdev_visible: isInterface('prs0'),
      open_plain: tryRegister('prs0'),
      ...persistentLife(fd),
      delif: delif(fd, 'prs0'),
      delif_again: delif(fd, 'prs0'),
      open_after: tryRegister('prs0'),
      netdev_gone: 1 - isInterface('prs0'),
      delif_nosuch: delif(fd, 'nosuch0'),
    };
  },
  'vale.ctl.newif-attach': () => {
    const [fd, name] = [openDevice(), 'vale0:prs1'];
    const made = newif(fd, 'prs1', 256).rc;
    const attached = attach(fd, name);
    const on = {
      listed: isListed(name),
      attach_again: attach(fd, name).rc,
      delif_attached: delif(fd, 'prs1'),
    };
    const detached = detach(fd, name);
    return {
      newif: made,
      attach: attached.rc,
      port_index: attached.reply.port_index,
      ...on,
      detach: detached.rc,
      detach_index: detached.reply.port_index,
      listed_after: isListed(name),
      detach_again: detach(fd, name).rc,
      delif: delif(fd, 'prs1'),
    };
  },
  'vale.ctl.attach-errors': () => {
    const fd = openDevice();
    const none = {
      attach_nosuch: attach(fd, 'vale0:nosuch0').rc,
      attach_no_switch: attach(fd, 'nosuch0').rc,
      detach_nosuch: detach(fd, 'vale0:nosuch0').rc,
      detach_nothing: detach(fd, 'vale7:x').rc,
    };
    const a = Port.open('vale0:a');
    return {
      ...none,
      attach_ephemeral: attach(fd, 'vale0:a').rc,
      detach_ephemeral: detach(fd, 'vale0:a').rc,
      newif_vale_name: newif(fd, 'vale0:n').rc,
      newif_empty: newif(fd, '').rc,
      newif_lo: newif(fd, 'lo').rc,
      attach_on_registered_fd: attach(a.fd, 'vale0:zz').rc,
    };
  },
  'vale.port-hdr': () => {
    Port.open('vale0:a');
    Port.open('vale0:b');
    const fd = openDevice();
    const get = (name: string) => header(fd, name, NETMAP.NETMAP_REQ_PORT_HDR_GET);
    const set = (bytes: number) => header(fd, 'vale0:a', NETMAP.NETMAP_REQ_PORT_HDR_SET, bytes).rc;
    const first = get('vale0:a');
    const set12 = set(12);
    const second = get('vale0:a');
    return {
      get_default: first.rc,
      len: first.reply.nr_hdr_len,
      set12,
      get: second.rc,
      len12: second.reply.nr_hdr_len,
      set7: set(7),
      set5000: set(5000),
      nosuch: get('vale0:zz').rc,
      reopen_without_vnet_flag: tryRegister('vale0:a'),
    };
  },
  'nic.veth.geometry': () => {
    const p = Port.open('nmv0');
    const r = p.reply;
    const rings = [r.nr_tx_rings, r.nr_rx_rings, r.nr_host_tx_rings, r.nr_host_rx_rings];
    return {
      out: [...rings, r.nr_mem_id, Number(r.nr_memsize), p.nifp.ni_flags],
      name: p.nifp.ni_name,
      tx: marks(p.tx),
      host: tryRegister('nmv0', NETMAP.NR_REG_SW),
      nic_sw: tryRegister('nmv0', NETMAP.NR_REG_NIC_SW),
      one_sw: tryRegister('nmv0', NETMAP.NR_REG_ONE_SW),
      lo: tryRegister('lo'),
      nmopen_host: tryHeaderOpen('netmap:nmv0^'),
      nmopen_star: tryHeaderOpen('netmap:nmv0*'),
    };
  },
  'nic.veth.vale-attach': () => {
    const [fd, name] = [openDevice(), 'vale0:nmv0'];
    const attached = attach(fd, name);
    const again = attach(fd, name).rc;
    const open_device = tryRegister('nmv0');
    Port.open('vale0:a');
    const list = isListed(name);
    const [off, offAgain] = [detach(fd, name).rc, detach(fd, name).rc];
    const attach_host = attach(fd, name, NETMAP.NR_REG_NIC_SW).rc;
    const index = attached.reply.port_index;
    const host = { attach_host, detach_host: detach(fd, name).rc };
    return { attach: attached.rc, index, again, open_device, list, detach: off, detach2: offAgain, ...host };
  },
  'zz.persistent.attach-then-open': () => {
    const fd = openDevice();
    const made = { newif: newif(fd, 'prs5').rc, attach: attach(fd, 'vale3:prs5').rc };
    const [a, p] = [Port.open('vale3:a'), openAndMap('prs5')];
    const through = typeof p === 'string' ? {} : thereAndBack(a, p);
    const open_by_switch_name = tryRegister('vale3:prs5');
    if (typeof p !== 'string') p.close();
    detach(fd, 'vale3:prs5');
    delif(fd, 'prs5');
    return { ...made, open_plain: said(p), ...through, open_by_switch_name };
  },
};

function thereAndBack(a: Port, p: Port): Got {
  const sent = a.send(-1, 1, 0, 4);
  const got = p.take().length;
  const back = p.send(-1, 2, 0, 3);
  return { sent, got, back, a_got: a.take().length };
}
