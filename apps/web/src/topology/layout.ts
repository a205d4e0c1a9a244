// SPDX-License-Identifier: BSD-2-Clause
import { layout as dagreLayout, Graph } from '@dagrejs/dagre';
import type { Topology, TopologyNode } from '@ringlab/protocol';

export interface Rectangle {
  /** The upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Box extends Rectangle {
  readonly id: string;
}

export type Layout = ReadonlyMap<string, Box>;

/** Rectangles that only touch do not overlap. */
export function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The smallest rectangle that holds all of them; there must be at least one. */
export function enclosing(rectangles: readonly Rectangle[]): Rectangle {
  const [x, y] = [
    Math.min(...rectangles.map((each) => each.x)),
    Math.min(...rectangles.map((each) => each.y)),
  ];
  const right = Math.max(...rectangles.map((each) => each.x + each.width));
  const bottom = Math.max(...rectangles.map((each) => each.y + each.height));
  return { x, y, width: right - x, height: bottom - y };
}

const NODE_HEIGHT = 44;
/** What a kind of node is called, or what a process does, has its place in them. */
const SMALLEST_WIDTHS: Readonly<Record<TopologyNode['kind'], number>> = {
  process: 78,
  switch: 90,
  pipe: 94,
  nic: 118,
  host: 90,
};
const CHARACTER_WIDTH = 7.4;
const NODE_PADDING = 34;

/** A link needs room for its rate, `2.03 Mpps`, between two nodes side by side, and less between two rows. */
interface Gaps {
  readonly rank: number;
  readonly node: number;
  readonly row: number;
  /** From top to bottom, with a rate beside each of the links that come down. */
  readonly downNode: number;
  readonly downRank: number;
}

const WIDE: Gaps = { rank: 96, node: 40, row: 52, downNode: 56, downRank: 60 };
/** Where WIDE would be too small to read. */
const NARROW: Gaps = { rank: 80, node: 26, row: 44, downNode: 34, downRank: 56 };

/** The ways to place the nodes, the widest first; there is always at least one. */
export function layouts(topology: Topology): Layout[] {
  return [WIDE, NARROW].flatMap((gaps) => layoutsWith(topology, gaps));
}

/**
 * dagre ranks the graph from left to right in one row. A chain can be folded into rows, each going back the way the row
 * above came, so that a link between two rows is short. A graph that branches would cross itself then; what leads to the
 * branches is put into one column, or all runs from top to bottom instead.
 */
function layoutsWith(topology: Topology, gaps: Gaps): Layout[] {
  const row = placed(topology, { rankdir: 'LR', ranksep: gaps.rank, nodesep: gaps.node });
  const ranks = ranksOf(row);
  if (ranks.some((rank) => rank.length > 1)) {
    const down = placed(topology, { rankdir: 'TB', ranksep: gaps.downRank, nodesep: gaps.downNode });
    return [row, stacked(ranks, gaps), down].map((boxes) => new Map(boxes.map((box) => [box.id, box])));
  }
  return ranks.length === 0 ? [new Map()] : ranks.map((_, index) => fold(ranks, ranks.length - index, gaps));
}

function nodeWidth({ kind, label }: TopologyNode): number {
  return Math.max(SMALLEST_WIDTHS[kind], Math.round(label.length * CHARACTER_WIDTH) + NODE_PADDING);
}

interface Spacing {
  readonly rankdir: 'LR' | 'TB';
  readonly ranksep: number;
  readonly nodesep: number;
}

function placed({ nodes, links }: Topology, spacing: Spacing): Box[] {
  const graph = new Graph({ multigraph: true, compound: true });
  graph.setGraph({ ...spacing });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { width: nodeWidth(node), height: NODE_HEIGHT });
  for (const { id, from, to } of links) graph.setEdge(from, to, {}, id);
  // Nodes of one machine stay together: a frame is drawn around them.
  for (const { id, machine } of nodes) if (machine !== undefined) join(graph, id, machine);
  dagreLayout(graph);
  return nodes.map(({ id }) => boxOf(id, graph.node(id)));
}

function join(graph: Graph, node: string, machine: string): void {
  const cluster = `machine ${machine}`;
  if (!graph.hasNode(cluster)) graph.setNode(cluster, {});
  graph.setParent(node, cluster);
}

/** Boxes by rank from left to right; within a rank, from top to bottom, at dagre's height. */
function ranksOf(boxes: readonly Box[]): Box[][] {
  const ranks = Map.groupBy(boxes, (box) => Math.round(box.x + box.width / 2));
  return [...ranks.entries()].sort(([a], [b]) => a - b).map(([, rank]) => rank.sort((a, b) => a.y - b.y));
}

function boxOf(id: string, node: { x: number; y: number; width: number; height: number }): Box {
  const { x, y, width, height } = node;
  return { id, x: x - width / 2, y: y - height / 2, width, height };
}

/** `perRow` ranks a row; one rank a row is a column of nodes. */
function fold(ranks: readonly (readonly Box[])[], perRow: number, gaps: Gaps): Layout {
  const columnWidths = Array.from({ length: perRow }, (_, column) => columnWidth(ranks, column, perRow));
  const lefts = columnWidths.map((_, column) => sum(columnWidths.slice(0, column)) + column * gaps.rank);
  const boxes = new Map<string, Box>();
  let top = 0;
  for (let row = 0; row * perRow < ranks.length; row += 1) {
    const inRow = ranks.slice(row * perRow, (row + 1) * perRow);
    const highest = Math.min(...inRow.flat().map(({ y }) => y));
    for (const [index, rank] of inRow.entries()) {
      const column = serpentineColumn(row, index, perRow);
      const center = (lefts[column] ?? 0) + (columnWidths[column] ?? 0) / 2;
      for (const box of rank)
        boxes.set(box.id, { ...box, x: center - box.width / 2, y: top + box.y - highest });
    }
    top += Math.max(...inRow.flat().map(({ y }) => y)) - highest + NODE_HEIGHT + gaps.row;
  }
  return boxes;
}

/** The ranks of one node with which it begins above each other, the last of them where it was, and the others to their right. */
function stacked(ranks: readonly (readonly Box[])[], gaps: Gaps): Box[] {
  const leading = ranks.slice(
    0,
    ranks.findIndex((rank) => rank.length > 1),
  );
  const last = leading.at(-1)?.[0];
  if (last === undefined) return ranks.flat();
  const center = last.x + last.width / 2;
  const above = leading.flat().map((box, index) => ({
    ...box,
    x: center - box.width / 2,
    y: last.y - (leading.length - 1 - index) * (NODE_HEIGHT + gaps.downRank),
  }));
  return [...above, ...ranks.slice(leading.length).flat()];
}

/** How wide the column is that the ranks of all rows share. */
function columnWidth(ranks: readonly (readonly Box[])[], column: number, perRow: number): number {
  const inColumn = ranks.filter((_, rank) => {
    const row = Math.floor(rank / perRow);
    return serpentineColumn(row, rank % perRow, perRow) === column;
  });
  return Math.max(0, ...inColumn.flat().map(({ width }) => width));
}

function serpentineColumn(row: number, index: number, perRow: number): number {
  return row % 2 === 0 ? index : perRow - 1 - index;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
