// SPDX-License-Identifier: BSD-2-Clause
// Several processes that send at once.
import { Peer } from '../peer.ts';
import { Port } from '../port.ts';
import type { Cases } from './case.ts';

const FLOOD = 20_000;

/** Two other processes with a port each, ready to send to station 2. */
async function twoSenders() {
  const peers = [Peer.start(), Peer.start()] as const;
  await Promise.all([peers[0].do('open', 'vale0:s1'), peers[1].do('open', 'vale0:s2')]);
  return (count: number, perSync: readonly [number, number]) =>
    Promise.all([
      peers[0].do('stream', 'vale0:s1', 3, count, perSync[0]),
      peers[1].do('stream', 'vale0:s2', 4, count, perSync[1]),
    ]);
}

/** The numbers of one station's frames; the station stands in the top byte. */
const from = (station: number, numbers: readonly number[]) =>
  numbers.filter((number) => number >>> 24 === station).map((number) => number & 0xffffff);
const isGrowing = (numbers: readonly number[]) =>
  numbers.every((number, i) => i === 0 || number > (numbers[i - 1] as number));

export const senders: Cases = {
  'conc.two-senders-fit': async () => {
    const [b, x] = [Port.open('vale0:b'), Port.open('vale0:x')];
    b.send(-1, 2, 0, 1);
    x.take();
    const sendBoth = await twoSenders();
    await sendBoth(500, [17, 23]);
    const numbers = b.take();
    const [s1, s2] = [from(3, numbers), from(4, numbers)];
    const isCounted = (one: readonly number[]) => one.every((number, i) => number === i);
    return {
      total: numbers.length,
      from_s1: s1.length,
      from_s2: s2.length,
      per_sender_order: isCounted(s1) && isCounted(s2) ? 1 : 0,
      other_port_got: x.take().length,
    };
  },
  'conc.two-senders-flood': async () => {
    const b = Port.open('vale0:b');
    const sendBoth = await twoSenders();
    b.send(-1, 2, 0, 1);
    let isOver = false;
    const over = sendBoth(FLOOD, [64, 64]).then(() => {
      isOver = true;
    });
    const numbers: number[] = [];
    while (!isOver) {
      numbers.push(...b.take());
      await new Promise(setImmediate);
    }
    await over;
    numbers.push(...b.take());
    const [s1, s2] = [from(3, numbers), from(4, numbers)];
    return {
      order_no_dup: isGrowing(s1) && isGrowing(s2) ? 1 : 0,
      some_from_each: s1.length > 0 && s2.length > 0 ? 1 : 0,
      not_more_than_sent: numbers.length <= 2 * FLOOD ? 1 : 0,
      at_least_ringful: numbers.length >= 1023 ? 1 : 0,
    };
  },
  'conc.crossed-streams': async () => {
    const [x, y, peer] = [Port.open('vale0:x'), Port.open('vale0:y'), Peer.start()];
    x.send(-1, 2, 0, 1);
    await peer.do('open', 'vale0:s1');
    y.take();
    const streamed = peer.do('stream', 'vale0:s1', 3, 900, 30);
    let x_sent = 0;
    for (let i = 0; i < 30; i++) x_sent += x.send(50, 2, i, 20);
    await streamed;
    return { x_got: x.take().length, y_pending: y.take().length, x_sent };
  },
};
