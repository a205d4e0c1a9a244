// SPDX-License-Identifier: BSD-2-Clause
// Names and registrations, as requests of both kinds take them.
import { DEVICE_STRUCTURES, encodeStructure, NETMAP, NETMAP_IOCTL } from '@ringlab/netmap-bindings/layout';
import { ask, call, callForAddress, errnoName } from '../calls.ts';
import { control, legacy, openDevice, requestRegister, tryLegacy, tryRegister } from '../device.ts';
import { Port } from '../port.ts';
import type { Cases } from './case.ts';

const ALL = NETMAP.NR_REG_ALL_NIC;
const { nmreq_register: REGISTER } = DEVICE_STRUCTURES;
const registerBody = () => encodeStructure(REGISTER, { nr_mode: ALL });

const each = (names: readonly string[], answer: (name: string) => unknown, key = (name: string) => name) =>
  Object.fromEntries(names.map((name) => [key(name), answer(name)]));
const bracketed = (name: string) => `[${name}]`;

/** What nm_open makes of a name: "ok", or errno's name. */
export function tryHeaderOpen(name: string): string {
  const descriptor = callForAddress('header_open', name, null, 0, null);
  const error = errnoName();
  if (descriptor === 0) return error;
  call('header_close', descriptor);
  return 'ok';
}

/** "vale0:aaaa" and "aaaa{1", so many characters long. */
const LENGTHS = [14, 15, 16, 17, 31, 40, 62, 63];
const valeOf = (length: number) => 'vale0:'.padEnd(length, 'a');
const pipeOf = (length: number) => `${'a'.repeat(length - 2)}{1`;

export const names: Cases = {
  'name.ctrl.prefix-not-stripped': () => each(['netmap:p{1', 'netmap:x', 'p{1'], tryRegister),
  'name.ctrl.vale-basic': () =>
    each(
      'vale0:a|vale:a|valex_y:p_1|vale0|vale0:|vale0:a:b|valE0:a|vale0:a-b|vale 0:a|vale0:a b|vale-0:a|vale0:a.b|vale0:1'.split(
        '|',
      ),
      tryRegister,
    ),
  'name.ctrl.no-such-device': () =>
    each(
      [
        'nosuch0',
        '',
        'vale',
        'eth99',
        'x*',
        '/',
        'p',
        'p{',
        'p}',
        '{1',
        '}1',
        'p{1{2',
        'p{a',
        'p}zz_9',
        'p{-1',
      ],
      tryRegister,
      bracketed,
    ),
  'name.ctrl.length-limits': () => ({
    ...Object.fromEntries(LENGTHS.map((length) => [`vale${length}`, tryRegister(valeOf(length))])),
    ...Object.fromEntries(LENGTHS.map((length) => [`pipe${length}`, tryRegister(pipeOf(length))])),
  }),
  'name.ctrl.unterminated': () => ({ rc: requestRegister(openDevice(), valeOf(64)).rc }),
  'name.ctrl.version': () => {
    const got: Record<string, unknown> = {};
    for (const nr_version of [0, 1, 10, 11, 13, 14, 15, 16, 100]) {
      const fd = openDevice();
      const request = { fd, name: 'vale0:v', type: NETMAP.NETMAP_REQ_REGISTER, body: registerBody() };
      const { rc, header } = control({ ...request, header: { nr_version } });
      got[`v${nr_version}`] = rc;
      got[`v${nr_version}_out`] = header.nr_version;
      call('close', fd);
    }
    return got;
  },
  'name.regif.version': () => {
    const got: Record<string, unknown> = {};
    for (const nr_version of [0, 3, 10, 11, 12, 13, 14, 15, 16, 100]) {
      const fd = openDevice();
      const { rc, reply } = legacy(fd, 'NIOCREGIF', { nr_name: 'vale0:v', nr_version });
      got[`v${nr_version}`] = rc;
      got[`v${nr_version}_out`] = reply.nr_version;
      call('close', fd);
    }
    return got;
  },
  'name.regif.basic': () => ({
    ...each(
      'vale0:a|vale0|vale0:|nosuch0|p{1|p}1|netmap:p{1|abcdefghijklm{1|vale0:abcdefghi|vale0:abcdefghij'.split(
        '|',
      ),
      (name) => tryLegacy(name, 0, ALL),
    ),
    empty: tryLegacy('', 0, ALL),
  }),
  'name.regif.modes': () => ({
    ...Object.fromEntries(
      Array.from({ length: 10 }, (_, mode) => [`vale_mode${mode}`, tryLegacy('vale0:m', 0, mode)]),
    ),
    pipe_master: tryLegacy('pm', 3, NETMAP.NR_REG_PIPE_MASTER),
    pipe_slave: tryLegacy('pm', 3, NETMAP.NR_REG_PIPE_SLAVE),
    flags0_hwring0: tryLegacy('vale0:m', NETMAP.NETMAP_HW_RING, 0),
    flags0_hwring1: tryLegacy('vale0:m', NETMAP.NETMAP_HW_RING | 1, 0),
    flags0_swring: tryLegacy('vale0:m', NETMAP.NETMAP_SW_RING, 0),
    one_nic_0: tryLegacy('vale0:m', 0, NETMAP.NR_REG_ONE_NIC),
    one_nic_1: tryLegacy('vale0:m', 1, NETMAP.NR_REG_ONE_NIC),
  }),
  'name.ctrl.modes': () => {
    const kinds = { vale: 'vale0:m', pipe: 'pm{4', plain: 'plainx' };
    const modes = Array.from({ length: 11 }, (_, mode) => mode);
    const of = (mode: number) =>
      Object.entries(kinds).map(([kind, name]) => [`${kind}_mode${mode}`, tryRegister(name, mode)]);
    return Object.fromEntries(modes.flatMap(of));
  },
  'name.ctrl.ring-index-range': () => ({
    vale_one0: tryRegister('vale0:r', NETMAP.NR_REG_ONE_NIC, 0),
    vale_one1: tryRegister('vale0:r', NETMAP.NR_REG_ONE_NIC, 1),
    vale_one4095: tryRegister('vale0:r', NETMAP.NR_REG_ONE_NIC, 4095),
    vale_onesw0: tryRegister('vale0:r', NETMAP.NR_REG_ONE_SW, 0),
    vale_onesw1: tryRegister('vale0:r', NETMAP.NR_REG_ONE_SW, 1),
    pipe_one0: tryRegister('pr{1', NETMAP.NR_REG_ONE_NIC, 0),
    pipe_one1: tryRegister('pr{1', NETMAP.NR_REG_ONE_NIC, 1),
  }),
  'name.ctrl.bad-requests': () => {
    const fd = openDevice();
    const name = 'vale0:q';
    const type = NETMAP.NETMAP_REQ_REGISTER;
    const got = {
      type0: control({ fd, name, type: 0, body: registerBody() }).rc,
      type99: control({ fd, name, type: 99, body: registerBody() }).rc,
      null_body: control({ fd, name, type }).rc,
      wild_body: control({ fd, name, type, body: 8 }).rc,
      reserved1: control({ fd, name, type, body: registerBody(), header: { nr_reserved: 1 } }).rc,
    };
    const other = openDevice();
    return {
      ...got,
      null_arg: ask('ioctl', other, NETMAP_IOCTL.NIOCCTRL, null),
      wild_ioctl: ask('ioctl', other, 0x6900 | 99, null),
      regif_null: ask('ioctl', other, NETMAP_IOCTL.NIOCREGIF, null),
      fionread: ask('ioctl', other, 0x541b, new Int32Array(1)),
    };
  },
  'name.nmopen.vale': () =>
    each(
      'vale0:a|vale0:|vale0|vale:x|vale0:a-0|vale0:a-1|vale0:a-|vale0:a*|vale0:a^|vale0:a/x|vale0:a/R|vale0:a/T|vale0:a/RT|vale0:a/z|vale0:a/q|vale0:a/|vale0:a@1|vale0:a@0|vale0:a@|vale0:a@x|vale0:a-0/x|vale0:a-0@1|vale0:a{1|vale0:a}1|vale0:a{1/x|vale0:a{5000|vale0:a b|vale+:a|valeabcdefghijk:|vale0:abcdefghijklmnop'.split(
        '|',
      ),
      tryHeaderOpen,
    ),
  'name.nmopen.netmap': () =>
    each(
      'netmap:p{1|netmap:p}1|netmap:p{|netmap:p{x|netmap:p{1x|netmap:nosuch0|netmap:|netmap|eth0||foo:bar|netmap:vale0:a|netmap:p{1/x|netmap:p{1-0|netmap:p{4094|netmap:p{4095|netmap:p{-1|netmap:p{1@1|netmap:p}2@1'.split(
        '|',
      ),
      tryHeaderOpen,
      bracketed,
    ),
  'name.busy.pipe': () => {
    const a = Port.open('pb{1');
    const exclusive = BigInt(NETMAP.NR_EXCLUSIVE);
    const got = {
      master_again: tryRegister('pb{1'),
      slave: tryRegister('pb}1'),
      other_id: tryRegister('pb{2'),
      master_excl: tryRegister('pb{1', ALL, 0, exclusive),
    };
    a.close();
    Port.open('pb{1', { nr_flags: exclusive });
    return {
      ...got,
      excl_master_then_slave: tryRegister('pb}1'),
      excl_master_then_master: tryRegister('pb{1'),
    };
  },
  'name.flags.ring-only': () => {
    const hasTx = ({ ringOffsets }: Port) => (ringOffsets[0] === 0 ? 1 : 0);
    const hasRx = (port: Port) =>
      port.ringOffsets[port.nifp.ni_tx_rings + port.nifp.ni_host_tx_rings] === 0 ? 1 : 0;
    const t = Port.open('vale0:t', { nr_flags: BigInt(NETMAP.NR_TX_RINGS_ONLY) });
    const r = Port.open('vale0:r', { nr_flags: BigInt(NETMAP.NR_RX_RINGS_ONLY) });
    const both = BigInt(NETMAP.NR_TX_RINGS_ONLY | NETMAP.NR_RX_RINGS_ONLY);
    return {
      tx_only_rx_ofs0: hasRx(t),
      tx_only_tx_ofs0: hasTx(t),
      rx_only_rx_ofs0: hasRx(r),
      rx_only_tx_ofs0: hasTx(r),
      both: tryRegister('vale0:b', ALL, 0, both),
      high_flag_bit: tryRegister('vale0:b', ALL, 0, 1n << 40n),
      vnet_hdr_ok: tryRegister('vale0:b', ALL, 0, BigInt(NETMAP.NR_ACCEPT_VNET_HDR)),
    };
  },
};
