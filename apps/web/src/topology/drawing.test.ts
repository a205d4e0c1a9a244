// SPDX-License-Identifier: BSD-2-Clause
import type { Topology, TopologyLink } from '@ringlab/protocol';
import { describe, expect, it } from 'vitest';
import { type Drawing, drawTopology, SMALLEST_SCALE, scaleToFit, shownScale } from './drawing.ts';
import { type Box, overlap } from './layout.ts';
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

function isInside(box: Box, { x, y, width, height }: Drawing): boolean {
  return box.x >= x && box.y >= y && box.x + box.width <= x + width && box.y + box.height <= y + height;
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

/** A way on, and a way aside that is longer. */
const mirrored: Topology = {
  nodes: ['gen', 'mirror', 'rx', 'vale0', 'watch'].map((id) => ({ id, label: id, kind: 'process' })),
  links: [link('gen', 'mirror'), link('mirror', 'rx'), link('mirror', 'vale0'), link('vale0', 'watch')],
};

describe('drawTopology', () => {
  it('bends no link of a graph that branches around another node, in a narrow panel', () => {
    for (const topology of [branching, mirrored]) {
      for (const { path } of drawTopology(topology, 332, 360).links) {
        const middle = pointAt(path, 0.5);
        expect(middle.x).toBeCloseTo((path.start.x + path.end.x) / 2, 0);
        expect(middle.y).toBeCloseTo((path.start.y + path.end.y) / 2, 0);
      }
    }
  });

  it('draws a frame around the nodes of each machine, and around no other', () => {
    const machines = new Map([
      ['a', 'vm1'],
      ['b', 'vm1'],
      ['merge', 'vm2'],
    ]);
    const nodes = branching.nodes.map((node) => ({ ...node, machine: machines.get(node.id) }));
    for (const [width, height] of [
      [332, 360],
      [1400, 500],
    ] as const) {
      const drawing = drawTopology({ ...branching, nodes }, width, height);
      expect(drawing.frames.map(({ id }) => id)).toEqual(['vm1', 'vm2']);
      for (const frame of drawing.frames) {
        const within = [...drawing.boxes.values()].filter((box) => overlap(frame, box)).map(({ id }) => id);
        expect(within).toEqual(nodes.filter(({ machine }) => machine === frame.id).map(({ id }) => id));
        expect(isInside(frame, drawing)).toBe(true);
      }
    }
  });

  it('draws a chain in one row where there is room', () => {
    const { boxes } = drawTopology(forward, 1400, 300);
    expect(new Set([...boxes.values()].map(({ y }) => y)).size).toBe(1);
  });

  it.each([
    ['sink', chain('gen', 'vale0', 'sink')],
    ['forward', forward],
    ['five on pipes', branching],
  ])('stays legible in a panel of 360 by 300: %s', (_, topology) => {
    const drawing = drawTopology(topology, 332, 252);
    expect(scaleToFit(drawing, 332, 252)).toBeGreaterThan(0.6);
  });

  it.each([
    [360, 240],
    [360, 800],
    [900, 300],
    [1600, 1000],
  ])('never lays one node over another, and holds all in its extent: %d by %d', (width, height) => {
    for (const topology of [forward, branching, chain('one'), chain('a', 'b', 'c', 'd', 'e', 'f', 'g')]) {
      const drawing = drawTopology(topology, width, height);
      const all = [...drawing.boxes.values()];
      expect(all).toHaveLength(topology.nodes.length);
      for (const a of all) {
        expect(isInside(a, drawing), a.id).toBe(true);
        for (const b of all) if (a !== b) expect(overlap(a, b), `${a.id} over ${b.id}`).toBe(false);
      }
    }
  });

  it('keeps room for labels beside links that go down', () => {
    const drawing = drawTopology(chain('a', 'b', 'c'), 200, 900);
    const right = Math.max(...[...drawing.boxes.values()].map(({ x, width }) => x + width));
    expect(drawing.x + drawing.width).toBeGreaterThan(right + 20);
  });

  it('puts what leads to many branches into one column, where a row would be too wide to read', () => {
    const names = ['gen', 'front', 'a', 'b', 'c', 'd'];
    const fan: Topology = {
      nodes: names.map((id) => ({ id, label: id, kind: 'process' })),
      links: [link('gen', 'front'), ...names.slice(2).map((id) => link('front', id))],
    };
    const drawing = drawTopology(fan, 322, 317);
    const [gen, front, first] = ['gen', 'front', 'a'].map((id) => drawing.boxes.get(id)?.x ?? 0);
    expect(gen).toBe(front);
    expect(first).toBeGreaterThan(gen ?? 0);
    expect(scaleToFit(drawing, 322, 317)).toBeGreaterThan(SMALLEST_SCALE);
  });

  it('is shown as it fits, and never so small that nobody reads it', () => {
    const drawing = drawTopology(branching, 332, 252);
    expect(scaleToFit(drawing, 332, 252)).toBeLessThan(SMALLEST_SCALE);
    expect(12 * shownScale(drawing, 332, 252)).toBeGreaterThanOrEqual(11);
    expect(shownScale(drawing, 4000, 4000)).toBe(scaleToFit(drawing, 4000, 4000));
  });

  it('is fine with a topology that has nothing in it', () => {
    expect(drawTopology({ nodes: [], links: [] }, 300, 300).boxes.size).toBe(0);
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
