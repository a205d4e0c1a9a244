// SPDX-License-Identifier: BSD-2-Clause
import type { Topology, TopologyLink } from '@ringlab/protocol';
import { describe, expect, it } from 'vitest';
import { type Box, placeNodes } from './layout.ts';
import { angleAt, type LinkPath, laneOffset, linkPath, pointAt, svgPath } from './link-path.ts';

function chain(...ids: string[]): Topology {
  return {
    nodes: ids.map((id) => ({ id, label: id, kind: 'process' })),
    links: ids.slice(1).map((to, index) => link(ids[index] ?? '', to)),
  };
}

function link(from: string, to: string, id = `${from}-${to}`): TopologyLink {
  return { id, from, to, port: `vale0:${from}`, direction: 'tx' };
}

function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

const forward = chain('gen', 'vale0', 'forward', 'vale1', 'sink');
const branching: Topology = {
  ...chain('source', 'front', 'merge'),
  nodes: ['source', 'front', 'a', 'b', 'c', 'merge'].map((id) => ({ id, label: id, kind: 'process' })),
  links: [
    link('source', 'front'),
    ...['a', 'b', 'c'].flatMap((id) => [link('front', id), link(id, 'merge')]),
  ],
};

describe('placeNodes', () => {
  it('draws a chain in one row where there is room', () => {
    const { boxes } = placeNodes(forward, 1400, 300);
    expect(new Set([...boxes.values()].map(({ y }) => y)).size).toBe(1);
  });

  it.each([
    ['sink', chain('gen', 'vale0', 'sink')],
    ['forward', forward],
    ['five on pipes', branching],
  ])('stays legible in a panel of 360 by 300: %s', (_, topology) => {
    const { width, height } = placeNodes(topology, 344, 284);
    expect(Math.min(344 / width, 284 / height)).toBeGreaterThan(0.62);
  });

  it.each([
    [360, 240],
    [360, 800],
    [900, 300],
    [1600, 1000],
  ])('never lays one node over another, and stays inside: %d by %d', (panelWidth, panelHeight) => {
    for (const topology of [forward, branching, chain('one'), chain('a', 'b', 'c', 'd', 'e', 'f', 'g')]) {
      const { boxes, width, height } = placeNodes(topology, panelWidth, panelHeight);
      const all = [...boxes.values()];
      expect(all).toHaveLength(topology.nodes.length);
      for (const a of all) {
        expect([
          a.x >= -0.5,
          a.y >= -0.5,
          a.x + a.width <= width + 0.5,
          a.y + a.height <= height + 0.5,
        ]).not.toContain(false);
        for (const b of all) if (a !== b) expect(overlaps(a, b), `${a.id} over ${b.id}`).toBe(false);
      }
    }
  });

  it('is fine with a topology that has nothing in it', () => {
    expect(placeNodes({ nodes: [], links: [] }, 300, 300).boxes.size).toBe(0);
  });
});

describe('linkPath', () => {
  const left: Box = { id: 'l', x: 0, y: 0, width: 100, height: 40 };
  const right: Box = { id: 'r', x: 300, y: 0, width: 100, height: 40 };
  const between: Box = { id: 'm', x: 150, y: 0, width: 100, height: 40 };

  it('goes from border to border', () => {
    const path = linkPath(left, right, 0, [left, right]);
    expect(svgPath(path)).toBe('M100.0,20.0 Q200.0,20.0 300.0,20.0');
    expect(angleAt(path, 1)).toBe(0);
  });

  it('runs beside the link that goes back', () => {
    const links = [link('l', 'r'), link('r', 'l')];
    const [there, back] = links.map((each) => laneOffset(each, links));
    const middles = [linkPath(left, right, there ?? 0, []), linkPath(right, left, back ?? 0, [])];
    expect(middles.map((path) => pointAt(path, 0.5).y).sort((a, b) => a - b)).toEqual([5, 35]);
    expect(Math.abs(angleAt(middles[1] as LinkPath, 0.5))).toBe(180);
  });

  it('bends around a node that stands between', () => {
    const path = linkPath(left, right, 0, [left, right, between]);
    expect(Math.abs(pointAt(path, 0.5).y - 20)).toBeGreaterThan(20);
  });
});
