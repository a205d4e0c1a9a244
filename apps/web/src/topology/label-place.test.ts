// SPDX-License-Identifier: BSD-2-Clause
import type { Topology } from '@ringlab/protocol';
import { expect, test } from 'vitest';
import { drawTopology } from './drawing.ts';
import { rateBox } from './label-place.ts';
import { overlap } from './layout.ts';

/** A front end between a generator, two workers that give packets back, and a receiver. */
const chain: Topology = {
  nodes: ['pkt-gen', 'front', 'swap 1', 'swap 2', 'pkt-gen rx'].map((id) => ({
    id,
    label: id,
    kind: 'process',
  })),
  links: [
    ['pkt-gen', 'front'],
    ['front', 'swap 1'],
    ['swap 1', 'front'],
    ['front', 'swap 2'],
    ['swap 2', 'front'],
    ['front', 'pkt-gen rx'],
  ].map(([from = '', to = '']) => ({ id: `${from} ${to}`, from, to, port: 'netmap:a', direction: 'tx' })),
};

test.each([
  [318, 306],
  [600, 400],
  [900, 300],
])('no rate lies on another rate or on a node, in a panel of %i by %i', (width, height) => {
  const { boxes, links } = drawTopology(chain, width, height);
  const rates = links.map(({ labelAt }) => rateBox(labelAt));
  for (const [index, rate] of rates.entries())
    expect([...boxes.values(), ...rates.slice(index + 1)].filter((other) => overlap(rate, other))).toEqual(
      [],
    );
});
