// SPDX-License-Identifier: BSD-2-Clause
import { distance, flagNames, isOwned, type RingView, slotContent } from './ring-view.ts';
import type { Scene } from './scene.ts';

/** What the picture says, for those who do not see it. */
export function sceneWords({ rings }: Scene): string {
  return rings.length === 0 ? 'No rings' : rings.map(ringWords).join(' ');
}

function ringWords(ring: RingView): string {
  const { port, dir, head, cur, tail, hwcur, hwtail, slots } = ring;
  const owned = distance(head, tail, slots);
  const kind = dir === 'rx' ? 'Receive' : 'Transmit';
  const use = dir === 'rx' ? 'to read' : 'to fill';
  return `${kind} ring ${ring.ring} of ${port}, ${slots} slots: ${owned} ${use}; head ${head}, cur ${cur}, tail ${tail}, hwcur ${hwcur}, hwtail ${hwtail}.`;
}

const CONTENT = {
  rx: { packet: 'a packet to read', underway: 'a packet that the next sync shows', empty: 'an empty buffer' },
  tx: {
    packet: 'a packet that the next sync hands over',
    underway: 'a packet being sent',
    empty: 'an empty buffer',
  },
} as const;

/** One slot in words: whose it is, and what it holds. */
export function slotWords(ring: RingView, slot: number): string {
  const whose = isOwned(ring, slot) ? "your program's" : "netmap's";
  const flags = flagNames(ring.flags[slot] ?? 0);
  const facts = [`buffer ${ring.buffers[slot]}`, `${ring.lengths[slot]} bytes`, ...flags];
  return `Slot ${slot} of ${ring.id} is ${whose}: ${CONTENT[ring.dir][slotContent(ring, slot)]}; ${facts.join(', ')}.`;
}
