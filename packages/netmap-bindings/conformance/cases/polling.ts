// SPDX-License-Identifier: BSD-2-Clause
// What poll, select and epoll answer, and what they do to rings.
import { NETMAP } from '@ringlab/netmap-bindings/layout';
import { frame, marks, moveTo } from '../../src/port/testing/frames.ts';
import { answer, call, callLater } from '../calls.ts';
import { POLL, pollfds, revents } from '../device.ts';
import { socketPair } from '../passing.ts';
import { Peer } from '../peer.ts';
import { Port } from '../port.ts';
import type { Cases } from './case.ts';

/** Another thread polls, so that what the other process says is heard. */
async function pollMeanwhile(port: Port, events: number, timeoutMs: number) {
  const fds = pollfds([port.fd, events]);
  const startedAtMs = performance.now();
  const said = revents(fds, 0, await callLater('poll', fds, 1, timeoutMs));
  return { said, tookMs: performance.now() - startedAtMs };
}

/** Same bounds for "woken, not timed out" as the C program has, and more room for a busy machine at the upper one. */
const wasWoken = (tookMs: number) => (tookMs >= 100 && tookMs < 9500 ? 1 : 0);
const LONG_MS = 10_000;

const timed = (run: () => string) => {
  const startedAtMs = performance.now();
  const said = run();
  return { said, aboutRight: performance.now() - startedAtMs >= 95 ? 1 : 0 };
};

export const polling: Cases = {
  'poll.initial': () => {
    const [a, m] = [Port.open('vale0:a'), Port.open('po{1')];
    return {
      vale_in: a.poll(POLL.IN),
      vale_out: a.poll(POLL.OUT),
      vale_inout: a.poll(POLL.IN | POLL.OUT),
      vale_none: a.poll(0),
      vale_pri: a.poll(POLL.PRI),
      vale_rdnorm: a.poll(POLL.RDNORM | POLL.WRNORM),
      pipe_in: m.poll(POLL.IN),
      pipe_out: m.poll(POLL.OUT),
      pipe_inout: m.poll(POLL.IN | POLL.OUT),
    };
  },
  'poll.tx-flush': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    const n = Port.open('vale0:n', { nr_flags: BigInt(NETMAP.NR_NO_TX_POLL) });
    const polled = (port: Port, events: number) => [port.poll(events), b.pending()] as const;
    a.put(-1, 1, 0);
    const [pollout, b_got_after_pollout] = polled(a, POLL.OUT);
    const tx = marks(a.tx);
    b.take();
    a.put(-1, 1, 1);
    const [pollin, b_got_after_pollin] = polled(a, POLL.IN);
    b.take();
    a.put(-1, 1, 2);
    const [none, b_got_after_none] = polled(a, 0);
    b.take();
    n.put(-1, 3, 3);
    const [n_pollin, b_got_n_pollin] = polled(n, POLL.IN);
    const [n_pollout, b_got_n_pollout] = polled(n, POLL.OUT);
    return {
      pollout,
      b_got_after_pollout,
      tx,
      pollin,
      b_got_after_pollin,
      none,
      b_got_after_none,
      n_pollin,
      b_got_n_pollin,
      n_pollout,
      b_got_n_pollout,
    };
  },
  'poll.rx-refresh': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    a.send(-1, 1, 0, 3);
    const polled = () => [b.poll(POLL.IN), marks(b.rx)] as const;
    const before = marks(b.rx);
    const [pollin, after] = polled();
    const [again_unread] = polled();
    a.send(-1, 1, 3, 2);
    const [more_arrived, after_more] = polled();
    moveTo(b.rx, 2);
    const [part_read, part] = polled();
    moveTo(b.rx, b.rx.tail);
    const [all_read, all] = polled();
    return { before, pollin, after, again_unread, more_arrived, after_more, part_read, part, all_read, all };
  },
  'poll.do-rx-poll': () => {
    const [a, c] = [Port.open('vale0:a'), Port.open('vale0:c')];
    const b = Port.open('vale0:b', { nr_flags: BigInt(NETMAP.NR_DO_RX_POLL) });
    a.send(-1, 1, 0, 3);
    const [b_pollout, c_pollout] = [b.poll(POLL.OUT), c.poll(POLL.OUT)];
    return { b_pollout, b_rx: marks(b.rx), c_pollout, c_rx: marks(c.rx) };
  },
  'poll.cur-at-tail': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    a.send(-1, 1, 0, 3);
    const ready = b.poll(POLL.IN);
    b.rx.cur = b.rx.tail;
    const cur_at_tail = b.poll(POLL.IN);
    const rx = marks(b.rx);
    a.send(-1, 1, 3, 1);
    const one_more = b.poll(POLL.IN);
    return { ready, cur_at_tail, rx, one_more, rx2: marks(b.rx), space_from_head: b.rx.space };
  },
  'poll.tx-cur-at-tail': () => {
    const [a, b] = [Port.open('ct{1'), Port.open('ct}1')];
    for (let i = 0; i < 100; i++) a.put(2, 1, i);
    a.tx.cur = a.tx.tail;
    const out_cur_at_tail = a.poll(POLL.OUT);
    const tx = marks(a.tx);
    b.take();
    return { out_cur_at_tail, tx, after_peer_consumed: a.poll(POLL.OUT), tx2: marks(a.tx) };
  },
  'poll.timeout': () => {
    const [a, b] = [Port.open('to{1'), Port.open('to}1')];
    const idle = timed(() => b.poll(POLL.IN, 100));
    const filled = a.fill(2);
    a.txSync();
    const tx = marks(a.tx);
    const full = timed(() => a.poll(POLL.OUT, 100));
    b.take();
    return {
      in100: idle.said,
      waited_about_100: idle.aboutRight,
      filled,
      tx,
      out100: full.said,
      full_waited: full.aboutRight,
      out_after_read: a.poll(POLL.OUT),
      tx2: marks(a.tx),
    };
  },
  'poll.wake-by-process': async () => {
    const [b, peer] = [Port.open('vale0:b'), Peer.start()];
    await peer.do('open', 'vale0:a');
    const sent = peer.do('sendAfter', 150, 'vale0:a', -1, 1, 2);
    const { said, tookMs } = await pollMeanwhile(b, POLL.IN, LONG_MS);
    const { space } = b.rx;
    await sent;
    return { in: said, woken_early: wasWoken(tookMs), space };
  },
  'poll.wake-pipe-writer': async () => {
    const [a, peer] = [Port.open('wp{1'), Peer.start()];
    await peer.do('open', 'wp}1');
    a.fill(2);
    a.txSync();
    const taken = peer.do('takeAfter', 150, 'wp}1');
    const { said, tookMs } = await pollMeanwhile(a, POLL.OUT, LONG_MS);
    await taken;
    // Woken by the first of the two syncs of the reader or by the second: all of it is back when both are done.
    a.txSync();
    return { out: said, woken_early: wasWoken(tookMs), tx: marks(a.tx) };
  },
  'poll.two-fds': () => {
    const [a, b, c] = [Port.open('vale0:a'), Port.open('vale0:b'), Port.open('vale1:c')];
    a.send(-1, 1, 0, 1);
    const three = pollfds([b.fd, POLL.IN], [c.fd, POLL.IN], [a.fd, POLL.OUT]);
    const n = call('poll', three, 3, 0);
    const with_minus1 = call('poll', pollfds([-1, POLL.IN], [b.fd, POLL.IN]), 2, 0);
    const bad = pollfds([999, POLL.IN], [b.fd, POLL.IN]);
    const with_bad = call('poll', bad, 2, 0);
    const at = (index: number) => revents(three, index);
    return { n, b: at(0), c: at(1), a: at(2), with_minus1, with_bad, bad: revents(bad) };
  },
  'poll.two-waiters': async () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    const waiters = [pollfds([b.fd, POLL.IN]), pollfds([b.fd, POLL.IN])].map((fds) =>
      callLater('poll', fds, 1, LONG_MS),
    );
    call('usleep', 150_000);
    a.send(-1, 1, 0, 1);
    const [w1, w2] = await Promise.all(waiters);
    const [near, far] = socketPair('datagram');
    b.take();
    const both = pollfds([b.fd, POLL.IN], [near, POLL.IN]);
    const quiet = call('poll', both, 2, 0);
    call('write', far, frame(0, 0, 0), 1);
    const socket_only = call('poll', both, 2, 500);
    call('close', near);
    call('close', far);
    return { w1, w2, quiet, socket_only, nm: revents(both, 0), sk: revents(both, 1) };
  },
  'poll.pipe-peer-closed': () => {
    const [a, b] = [Port.open('pc{1'), Port.open('pc}1')];
    b.send(1, 2, 0, 3);
    b.close();
    const got = { in: a.poll(POLL.IN), rx: marks(a.rx), rxsync: a.rxSync(), got: a.take().length };
    const quiet = { in2: a.poll(POLL.IN), out: a.poll(POLL.OUT), txsync: a.txSync() };
    const sent = a.send(2, 1, 0, 4);
    const tx = marks(a.tx);
    const c = Port.open('pc}1');
    const c_got = c.take().length;
    c.send(1, 2, 0, 2);
    return { ...got, ...quiet, sent, tx, reopen: 'ok', c_got, a_got: a.take().length };
  },
  'poll.pipe-no-peer': () => {
    const a = Port.open('np{1');
    const initial = { in: a.poll(POLL.IN), out: a.poll(POLL.OUT), sent: a.send(2, 1, 0, 5), tx: marks(a.tx) };
    const filled = a.fill(2);
    a.txSync();
    const full = { filled, full: marks(a.tx), out_full: a.poll(POLL.OUT) };
    const late_peer_gets = Port.open('np}1').take().length;
    return { ...initial, ...full, late_peer_gets, out_after: a.poll(POLL.OUT) };
  },
  'poll.signal': () => {
    const a = Port.open('vale0:a');
    const onAlarm = () => {};
    process.on('SIGALRM', onAlarm);
    const inMicroseconds = BigInt64Array.of(0n, 0n, 0n, 100_000n);
    call('setitimer', 0, new Uint8Array(inMicroseconds.buffer), null);
    const said = answer(call('poll', pollfds([a.fd, POLL.IN]), 1, LONG_MS));
    process.off('SIGALRM', onAlarm);
    return { poll: said };
  },
  'poll.vale-always-writable': () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    let [queued, writable] = [0, 1];
    for (let i = 0; i < 5; i++) {
      queued += a.fill();
      if (!a.poll(POLL.OUT).includes('OUT')) writable = 0;
    }
    return { queued, writable_each_time: writable, b_pending: b.pending() };
  },
  'conc.threads': async () => {
    const [a, b] = [Port.open('vale0:a'), Port.open('vale0:b')];
    const polled = pollMeanwhile(b, POLL.IN, LONG_MS);
    call('usleep', 150_000);
    a.send(-1, 1, 0, 5);
    const { said } = await polled;
    return { in: said, got: b.take().length };
  },
};
