// SPDX-License-Identifier: BSD-2-Clause
// select and epoll.
import { marks, moveTo } from '../../src/port/testing/frames.ts';
import { ask, call, callLater } from '../calls.ts';
import { afterwards, POLL, pollfds, revents } from '../device.ts';
import { Peer } from '../peer.ts';
import { Port } from '../port.ts';
import type { Cases } from './case.ts';

const EPOLL = { IN: 1, OUT: 4, ET: 0x8000_0000, ONESHOT: 0x4000_0000 } as const;
const CTL = { ADD: 1, DEL: 2, MOD: 3 } as const;
const NO_TIME = new Uint8Array(16);

/** One epoll set, and room for one event of it. */
class EpollSet {
  readonly #fd = call('epoll_create1', 0);
  readonly #event = new Uint8Array(16);

  constructor() {
    afterwards(() => {
      call('close', this.#fd);
    });
  }
  change(how: number, fd: number, events = 0): number | string {
    const event = new Uint8Array(16);
    new DataView(event.buffer).setUint32(0, events, true);
    return ask('epoll_ctl', this.#fd, how, fd, event);
  }
  wait = (timeoutMs: number): number => call('epoll_wait', this.#fd, this.#event, 1, timeoutMs);
  waitMeanwhile = (timeoutMs: number) => callLater('epoll_wait', this.#fd, this.#event, 1, timeoutMs);
  has = (event: number): number =>
    (new DataView(this.#event.buffer).getUint32(0, true) & event) === 0 ? 0 : 1;
}

/** An fd_set. */
class DescriptorSet {
  readonly bytes = new Uint8Array(128);
  constructor(fd: number) {
    this.bytes[fd >> 3] = 1 << (fd & 7);
  }
  has = (fd: number): number => ((this.bytes[fd >> 3] ?? 0) >> (fd & 7)) & 1;
}

export const eventSets: Cases = {
  'poll.select': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    const [r, w, e] = [new DescriptorSet(b.fd), new DescriptorSet(b.fd), new DescriptorSet(b.fd)];
    const idle = call('select', b.fd + 1, r.bytes, w.bytes, e.bytes, NO_TIME);
    a.send(-1, 1, 0, 1);
    const again = new DescriptorSet(b.fd);
    const second = new Uint8Array(BigInt64Array.of(1n, 0n).buffer);
    const after_send = call('select', b.fd + 1, again.bytes, null, null, second);
    const answers = { r: r.has(b.fd), w: w.has(b.fd), e: e.has(b.fd) };
    return { idle, ...answers, after_send, r2: again.has(b.fd), rx: marks(b.rx) };
  },
  'poll.ppoll-pselect': () => {
    const [a, b] = [Port.open('pz{2'), Port.open('pz}2')];
    const ppoll = () => {
      const fds = pollfds([b.fd, POLL.IN | POLL.OUT]);
      return revents(fds, 0, call('ppoll', fds, 1, NO_TIME, null, 0));
    };
    const first = ppoll();
    a.send(2, 1, 0, 2);
    const ppoll2 = ppoll();
    const pselect = call('pselect', b.fd + 1, new DescriptorSet(b.fd).bytes, null, null, NO_TIME, null);
    const set = new EpollSet();
    set.change(CTL.ADD, b.fd, EPOLL.IN | EPOLL.OUT);
    const epoll = set.wait(0);
    return {
      ppoll: first,
      ppoll2,
      pselect,
      epoll,
      in: set.has(EPOLL.IN),
      out: set.has(EPOLL.OUT),
      rx: marks(b.rx),
    };
  },
  'poll.epoll': () => {
    const [a, b, set] = [Port.open('vale0:a'), Port.open('vale0:b'), new EpollSet()];
    const add = set.change(CTL.ADD, b.fd, EPOLL.IN);
    const idle = set.wait(0);
    a.send(-1, 1, 0, 1);
    const sent = { after_send: set.wait(500), ev_in: set.has(EPOLL.IN), rx: marks(b.rx) };
    const unread_again = set.wait(0);
    moveTo(b.rx, b.rx.tail);
    const read = set.wait(0);
    const mod = set.change(CTL.MOD, b.fd, EPOLL.OUT);
    const out = set.wait(0);
    return { add, idle, ...sent, unread_again, read, mod, out, ev_out: set.has(EPOLL.OUT) };
  },
  'poll.epoll-modes': () => {
    const [a, b, set] = [Port.open('vale0:a'), Port.open('vale0:b'), new EpollSet()];
    set.change(CTL.ADD, b.fd, EPOLL.IN | EPOLL.ET);
    const idle = set.wait(0);
    a.send(-1, 1, 0, 1);
    const edge = { et1: set.wait(300), et_again: set.wait(0) };
    a.send(-1, 1, 1, 1);
    const et_new = set.wait(300);
    const rx = marks(b.rx);
    set.change(CTL.DEL, b.fd);
    const deleted = set.wait(0);
    const re_add = set.change(CTL.ADD, b.fd, EPOLL.IN | EPOLL.ONESHOT);
    const once = { os1: set.wait(100), os2: set.wait(0) };
    const add_twice = set.change(CTL.ADD, b.fd, EPOLL.IN | EPOLL.ONESHOT);
    call('close', b.fd);
    b.fd = -1;
    return {
      idle,
      ...edge,
      et_new,
      rx,
      deleted,
      re_add,
      ...once,
      add_twice,
      wait_after_close_only: set.wait(0),
    };
  },
  'poll.epoll-wake': async () => {
    const [b, set, peer] = [Port.open('vale0:b'), new EpollSet(), Peer.start()];
    set.change(CTL.ADD, b.fd, EPOLL.IN);
    await peer.do('open', 'vale0:a');
    const sent = peer.do('sendAfter', 150, 'vale0:a', -1, 1, 2);
    const startedAtMs = performance.now();
    const n = await set.waitMeanwhile(10_000);
    const tookMs = performance.now() - startedAtMs;
    await sent;
    return { n, early: tookMs >= 100 && tookMs < 9500 ? 1 : 0, space: b.rx.space };
  },
};
