// SPDX-License-Identifier: BSD-2-Clause
// Descriptors and mappings, and the processes that have them.
import { NETMAP } from '@ringlab/netmap-bindings/layout';
import { frame, marks, moveTo } from '../../src/port/testing/frames.ts';
import { ask, call, callForAddress } from '../calls.ts';
import {
  afterwards,
  isListed,
  MAP,
  mapped,
  O,
  openDevice,
  POLL,
  PROT,
  poll,
  requestRegister,
  tryRegister,
} from '../device.ts';
import { receiveDescriptor, socketPair } from '../passing.ts';
import { Peer } from '../peer.ts';
import { Port } from '../port.ts';
import { rxSync, txSync } from '../syncs.ts';
import type { Cases, Got } from './case.ts';
import { isCharacterDevice } from './rings.ts';

const PAGE = 4096;
const EXCLUSIVE = BigInt(NETMAP.NR_EXCLUSIVE);
const tryExclusive = (name: string) => tryRegister(name, NETMAP.NR_REG_ALL_NIC, 0, EXCLUSIVE);

/** Whether a mapping can be had; those that are had are given back at the end. */
function tryMap(
  fd: number,
  bytes: number,
  { prot = PROT.READ | PROT.WRITE, flags = MAP.SHARED as number, at = 0 } = {},
) {
  const address = callForAddress('mmap', null, bytes, prot, flags, fd, at);
  const said = mapped(address);
  if (said === 'ok') afterwards(() => void call('munmap', address, bytes));
  return said;
}

const flagsOf = (fd: number, F_GET: number, flag: number) =>
  (call('fcntl', fd, F_GET) & flag) === 0 ? 0 : 1;
const F = { DUPFD: 0, GETFD: 1, GETFL: 3 } as const;

export const lives: Cases = {
  'life.dup': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    const d = call('dup', a.fd);
    a.put(-1, 1, 0);
    const first = { dup_ok: d >= 0 ? 1 : 0, txsync_on_dup: txSync(d), b_got: b.take().length };
    const closed = a.fd;
    call('close', closed);
    a.put(-1, 1, 1);
    const second = { txsync_after_close: txSync(d), b_got2: b.take().length, poll_dup: poll(d, POLL.OUT) };
    const closed_fd = txSync(closed);
    a.unmap();
    call('close', d);
    const gone = { listed: isListed('vale0:a'), double_close: ask('close', d) };
    const dup2 = call('dup2', b.fd, 77);
    const others = { rxsync77: rxSync(77), rxsync_fdupfd: rxSync(call('fcntl', b.fd, F.DUPFD, 100)) };
    return { ...first, ...second, closed_fd, ...gone, dup2, ...others };
  },
  'life.close-keeps-mapping': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    call('close', a.fd);
    const listed_after_close = isListed('vale0:a');
    b.send(-1, 2, 0, 2);
    const rx_still_readable = marks(a.rx);
    const reg_again_excl = tryExclusive('vale0:a');
    a.unmap();
    return {
      listed_after_close,
      rx_still_readable,
      reg_again_excl,
      listed_after_munmap: isListed('vale0:a'),
    };
  },
  'life.remap': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    b.send(-1, 2, 7, 3);
    a.unmap();
    const remap = a.map();
    const got = a.take();
    const second = new Port(call('dup', a.fd), a.reply);
    const second_map = second.map() === 0 ? 1 : 0;
    return { remap, got, second_map, same_memory: second.rx.head === a.rx.head ? 1 : 0 };
  },
  'life.mmap-before-register': () => {
    const before_register = tryMap(openDevice(), PAGE);
    const { fd, reply } = Port.open('vale0:a');
    const bytes = Number(reply.nr_memsize);
    return {
      before_register,
      readonly: tryMap(fd, bytes, { prot: PROT.READ }),
      private: tryMap(fd, bytes, { flags: MAP.PRIVATE }),
      part: tryMap(fd, 2 * PAGE),
      one_page_more: tryMap(fd, bytes + PAGE),
      offset_page: tryMap(fd, PAGE, { at: PAGE }),
      offset_end: tryMap(fd, PAGE, { at: bytes }),
    };
  },
  'life.open-modes': () => {
    const a = openDevice(O.RDONLY);
    const { rc, reply } = requestRegister(a, 'vale0:o');
    const rdonly_map = tryMap(a, Number(reply.nr_memsize));
    const b = openDevice(O.RDWR | O.NONBLOCK | O.CLOEXEC);
    const stat = new Uint8Array(144);
    return {
      rdonly: a >= 0 ? 1 : 0,
      rdonly_register: rc,
      rdonly_map,
      nonblock: b >= 0 ? 1 : 0,
      cloexec: flagsOf(b, F.GETFD, 1),
      fl_nonblock: flagsOf(b, F.GETFL, O.NONBLOCK),
      stat: call('stat', '/dev/netmap', stat),
      chr: isCharacterDevice(stat),
      access: call('access', '/dev/netmap', 6),
      openat: call('openat', -100, '/dev/netmap', O.RDWR) >= 0 ? 1 : 0,
      fopen: callForAddress('fopen', '/dev/netmap', 'r+') === 0 ? 0 : 1,
    };
  },
  'life.register-after-failure': () => {
    const fd = openDevice();
    const bad = requestRegister(fd, 'nosuch0').rc;
    const { rc, reply } = requestRegister(fd, 'vale0:ok');
    return { bad, good: rc, memsize: Number(reply.nr_memsize) };
  },
  'life.two-fds-two-rings': () => {
    const [r, ONE] = [Port.open('vale0:r'), { nr_mode: NETMAP.NR_REG_ONE_NIC }];
    const a = Port.open('vale0:m', { ...ONE, nr_tx_rings: 2, nr_rx_rings: 2 });
    const b = Port.open('vale0:m', { ...ONE, nr_ringid: 1 });
    const again = {
      same_ring_again: tryRegister('vale0:m', NETMAP.NR_REG_ONE_NIC, 1),
      same_ring_excl: tryRegister('vale0:m', NETMAP.NR_REG_ONE_NIC, 1, EXCLUSIVE),
    };
    for (const [port, first] of [
      [a, 0],
      [b, 10],
    ] as const) {
      for (const i of [0, 1]) port.tx.fill(i, frame(-1, 1, first + i), 0);
      moveTo(port.tx, 2);
    }
    a.txSync();
    const after_sync_fd0 = r.take();
    b.txSync();
    return {
      open1: 0,
      region_same: a.reply.nr_mem_id === b.reply.nr_mem_id ? 1 : 0,
      ...again,
      after_sync_fd0,
      after_sync_fd1: r.take(),
      ofs_tx1_on_fd0_is_0: a.ringOffsets[1] === 0 ? 1 : 0,
      ofs_tx0_on_fd1_is_0: b.ringOffsets[0] === 0 ? 1 : 0,
    };
  },
  'life.kill9-vale': async () => {
    const [a, c, peer] = [Port.open('vale0:a'), Port.open('vale0:c'), Peer.start()];
    await peer.do('open', 'vale0:b');
    await peer.do('put', 'vale0:b', -1, 2, 0);
    const listed = isListed('vale0:b');
    await peer.kill();
    const listed_after = isListed('vale0:b');
    const unsynced_frame_lost = a.take().length === 0 ? 1 : 0;
    const sent = a.send(-1, 1, 0, 3);
    const c_got = c.take().length;
    return {
      listed,
      listed_after,
      unsynced_frame_lost,
      sent,
      c_got,
      name_reusable_excl: tryExclusive('vale0:b'),
    };
  },
  'life.kill9-pipe': async () => {
    const [a, peer] = [Port.open('k9{1'), Peer.start()];
    await peer.do('send', 'k9}1', 1, 2, 0, 4);
    await peer.kill();
    const first = { in: a.poll(POLL.IN), got: a.take().length, in2: a.poll(POLL.IN), out: a.poll(POLL.OUT) };
    const filled = a.fill(2);
    a.txSync();
    const out_full = a.poll(POLL.OUT);
    const reader_gets = Port.open('k9}1').take().length;
    return { ...first, filled, out_full, reopen: 'ok', reader_gets };
  },
  'life.fork-shared-fd': async () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    const peer = Peer.start(a.fd);
    await inherit(peer, a);
    const child_sent = await peer.do('send', 'vale0:a', -1, 1, 0, 2);
    await peer.do('close', 'vale0:a');
    await peer.kill();
    const first: Got = { child_sent, b_got: b.take().length, parent_sees_tx: marks(a.tx) };
    const parent_sent = a.send(-1, 1, 2, 3);
    const after = { parent_sent, b_got2: b.take().length, still_listed: isListed('vale0:a') };
    a.close();
    return { ...first, ...after, listed_after_close: isListed('vale0:a') };
  },
  'life.fd-passing': async () => {
    const [near, far] = socketPair('stream');
    const [b, peer] = [Port.open('vale0:b'), Peer.start(far)];
    call('close', far);
    const [memsize = 0, offset = 0] = await peer.do<number[]>('shape', 'vale0:a');
    const recv = await peer.do('pass', 'vale0:a', 3);
    const fd = receiveDescriptor(near);
    await peer.kill();
    call('close', near);
    const a = new Port(fd, { ...b.reply, nr_memsize: BigInt(memsize), nr_offset: BigInt(offset) });
    const listed = isListed('vale0:a');
    const got = { recv, listed, map: a.map(), name: a.nifp.ni_name };
    return { ...got, sent: a.send(-1, 1, 0, 3), b_got: b.take().length, poll: a.poll(POLL.OUT) };
  },
  'life.two-processes-one-port': async () => {
    const [a, b, peer] = [Port.open('vale0:a'), Port.open('vale0:b'), Peer.start()];
    const child_sees = await peer.do('open', 'vale0:a');
    const child_sent = await peer.do('send', 'vale0:a', -1, 1, 100, 3);
    const first = { child_sees, child_sent, parent_sees: marks(a.tx), b: b.take() };
    const parent_sent = a.send(-1, 1, 200, 2);
    const b2 = b.take();
    await peer.kill();
    return { ...first, parent_sent, b2, listed: isListed('vale0:a') };
  },
  'life.child-open-close': async () => {
    const [b, peer] = [Port.open('vale0:b'), Peer.start()];
    await peer.do('send', 'vale0:a', -1, 1, 0, 2);
    await peer.do('close', 'vale0:a');
    return { listed_while_child_lives: isListed('vale0:a'), b_got: b.take().length };
  },
  'life.child-keeps-port': async () => {
    const b = Port.open('vale0:b');
    const a = Port.open('vale0:a');
    const peer = Peer.start(a.fd);
    await inherit(peer, a);
    a.close();
    const listed = isListed('vale0:a');
    await peer.do('send', 'vale0:a', -1, 1, 5, 1);
    return { listed, b_got: b.take().length };
  },
};

/** The other process has this port's descriptor as its number 3, and maps it. */
const inherit = (peer: Peer, { reply }: Port) =>
  peer.do('inherit', 'vale0:a', 3, Number(reply.nr_memsize), Number(reply.nr_offset));
