// SPDX-License-Identifier: BSD-2-Clause
// Pipes, between two ends of one process and of two.
import { DEVICE_STRUCTURES, encodeStructure } from '@ringlab/netmap-bindings/layout';
import { marks } from '../../src/port/testing/frames.ts';
import { callLater } from '../calls.ts';
import { POLL, pollfds } from '../device.ts';
import { HeaderPort } from '../header-port.ts';
import { Peer } from '../peer.ts';
import { Port } from '../port.ts';
import type { Cases } from './case.ts';

const STREAM = 20_000;

export const pipes: Cases = {
  'pipe.two-process-stream': async () => {
    const [a, peer] = [Port.open('st{1'), Peer.start()];
    await peer.do('open', 'st}1');
    const drained = peer.do<[number, number]>('drain', 'st}1', STREAM);
    let sent = 0;
    while (sent < STREAM) {
      while (sent < STREAM && a.put(2, 1, sent)) sent++;
      const fds = pollfds([a.fd, POLL.OUT]);
      if (sent === STREAM) a.txSync();
      else if ((await callLater('poll', fds, 1, 5000)) !== 1) break;
    }
    const [got, bad] = await drained;
    return { sent, got, bad };
  },
  'pipe.id-is-text': () => {
    const [a, b] = [Port.open('tx{1'), Port.open('tx}01')];
    a.send(2, 1, 0, 2);
    const got = { '1_vs_01': b.take().length };
    const [c, d] = [Port.open('tx{abc'), Port.open('tx}abc')];
    c.send(2, 1, 0, 2);
    const abc = d.take().length;
    const e = HeaderPort.open('netmap:tx{001', encodeStructure(DEVICE_STRUCTURES.nmreq, {}));
    return { ...got, abc, nmopen_001: 1, ringid: e.request.nr_ringid, ni_name: e.nifp.ni_name };
  },
  'pipe.on-vale-name': () => {
    const [m, s] = [Port.open('vale0:vp{1'), Port.open('vale0:vp}1')];
    const sent = m.send(2, 1, 0, 3);
    const got = s.take().length;
    const [v, w] = [Port.open('vale0:vp'), Port.open('vale0:w')];
    w.send(-1, 3, 0, 2);
    const port_got = v.take().length;
    const pipe_got = s.take().length;
    m.send(-1, 1, 0, 1);
    const region = v.reply.nr_mem_id === m.reply.nr_mem_id ? 1 : 0;
    return { sent, got, port_got, pipe_got, region, switch_got_pipe_frame: w.take().length };
  },
  'pipe.both-closed': () => {
    const [a, b] = [Port.open('bc{1'), Port.open('bc}1')];
    a.send(2, 1, 0, 5);
    a.close();
    const b_after_a_close = b.pending();
    b.close();
    const [fresh, other] = [Port.open('bc{1'), Port.open('bc}1')];
    return { b_after_a_close, fresh_b: other.pending(), a_tx: marks(fresh.tx) };
  },
};
