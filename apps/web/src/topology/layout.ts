// SPDX-License-Identifier: BSD-2-Clause
import { layout as dagreLayout, Graph } from '@dagrejs/dagre';
import type { Topology, TopologyNode } from '@ringlab/protocol';

export interface Box {
  readonly id: string;
  /** The upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Layout = ReadonlyMap<string, Box>;

const NODE_HEIGHT = 44;
const SMALLEST_NODE_WIDTH = 84;
const CHARACTER_WIDTH = 7.4;
const NODE_PADDING = 38;
/** A link needs room for its rate, `2.03 Mpps`, between two nodes side by side, and less between two rows. */
const RANK_GAP = 96;
const NODE_GAP = 40;
const ROW_GAP = 52;

/** Side by side below each other, with a rate beside each of the links that come down. */
const DOWN_NODE_GAP = 56;
const DOWN_RANK_GAP = 60;

/**
 * The ways to place the nodes: dagre ranks the graph from left to right in one row. A chain can be folded into rows,
 * each going back the way the row above came, so that a link between two rows is short. A graph that branches would cross
 * itself then; it runs from top to bottom instead. The widest comes first; there is always at least one.
 */
export function layouts(topology: Topology): Layout[] {
  const row = placed(topology, { rankdir: 'LR', ranksep: RANK_GAP, nodesep: NODE_GAP });
  const ranks = ranksOf(row);
  if (ranks.some((rank) => rank.length > 1)) {
    const down = placed(topology, { rankdir: 'TB', ranksep: DOWN_RANK_GAP, nodesep: DOWN_NODE_GAP });
    return [row, down].map((boxes) => new Map(boxes.map((box) => [box.id, box])));
  }
  return ranks.length === 0 ? [new Map()] : ranks.map((_, index) => fold(ranks, ranks.length - index));
}

function nodeWidth(node: TopologyNode): number {
  return Math.max(SMALLEST_NODE_WIDTH, Math.round(node.label.length * CHARACTER_WIDTH) + NODE_PADDING);
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
function fold(ranks: readonly (readonly Box[])[], perRow: number): Layout {
  const columnWidths = Array.from({ length: perRow }, (_, column) => columnWidth(ranks, column, perRow));
  const lefts = columnWidths.map((_, column) => sum(columnWidths.slice(0, column)) + column * RANK_GAP);
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
    top += Math.max(...inRow.flat().map(({ y }) => y)) - highest + NODE_HEIGHT + ROW_GAP;
  }
  return boxes;
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
