// SPDX-License-Identifier: BSD-2-Clause
import type { Topology } from '@ringlab/protocol';
import { expect, test } from 'vitest';
import { drawTopology } from './drawing.ts';
import { rateCorners } from './label-place.ts';
import type { Point } from './link-path.ts';

type Corners = ReturnType<typeof rateCorners>;

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
  const nodes = [...boxes.values()].map(
    (box): Corners => [box, { x: box.x + box.width, y: box.y + box.height }],
  );
  const rates = links.map(({ labelAt }) => rateCorners(labelAt));
  for (const [index, rate] of rates.entries())
    expect([...nodes, ...rates.slice(index + 1)].filter((other) => overlap(rate, other))).toEqual([]);
});

function overlap([a, aEnd]: readonly [Point, Point], [b, bEnd]: readonly [Point, Point]): boolean {
  return a.x < bEnd.x && b.x < aEnd.x && a.y < bEnd.y && b.y < aEnd.y;
}
