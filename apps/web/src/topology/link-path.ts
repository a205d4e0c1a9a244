// SPDX-License-Identifier: BSD-2-Clause
import type { TopologyLink } from '@ringlab/protocol';
import type { Box } from './layout.ts';

export interface LinkPath {
  /** SVG path data from the border of one node to that of the other. */
  readonly d: string;
  readonly middle: Point;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

const LANE_GAP = 26;

/** Links between the same two nodes, in either direction, run beside each other. */
export function laneOffset(link: TopologyLink, links: readonly TopologyLink[]): number {
  const between = links.filter((other) => pairOf(other) === pairOf(link));
  const lane = between.findIndex(({ id }) => id === link.id) - (between.length - 1) / 2;
  // Measured to the right of the way from the smaller to the larger id, so that both directions count alike.
  return lane * LANE_GAP * (link.from < link.to ? 1 : -1);
}

const pairOf = ({ from, to }: TopologyLink) => [from, to].sort().join('\n');

/** A straight line, moved aside by `offset` and, when another node stands between, bent around it. */
export function linkPath(from: Box, to: Box, offset: number, others: readonly Box[]): LinkPath {
  const [a, b] = [centerOf(from), centerOf(to)];
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const side = { x: -(b.y - a.y) / length, y: (b.x - a.x) / length };
  const aside = (point: Point, by: number) => ({ x: point.x + side.x * by, y: point.y + side.y * by });
  const bend = others.some((box) => box !== from && box !== to && stands(box, a, b))
    ? bendAround(others, offset)
    : 0;
  const control = aside(aside({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, offset), bend * 2);
  const start = border(from, aside(a, offset), control);
  const end = border(to, aside(b, offset), control);
  if (bend === 0) return straight(start, end);
  const middle = { x: (start.x + 2 * control.x + end.x) / 4, y: (start.y + 2 * control.y + end.y) / 4 };
  return { d: `M${xy(start)} Q${xy(control)} ${xy(end)}`, middle };
}

function straight(start: Point, end: Point): LinkPath {
  return { d: `M${xy(start)} L${xy(end)}`, middle: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 } };
}

function bendAround(others: readonly Box[], offset: number): number {
  const tallest = Math.max(...others.map(({ height }) => height));
  return (tallest / 2 + LANE_GAP) * (offset < 0 ? -1 : 1);
}

/** Whether the line from a to b crosses the box. */
function stands(box: Box, a: Point, b: Point): boolean {
  const steps = 24;
  return Array.from({ length: steps - 1 }, (_, step) => (step + 1) / steps).some((at) => {
    const x = a.x + (b.x - a.x) * at;
    const y = a.y + (b.y - a.y) * at;
    return x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
  });
}

/** Where the line from a point inside the box towards another one leaves the box. */
function border(box: Box, inside: Point, towards: Point): Point {
  const dx = towards.x - inside.x;
  const dy = towards.y - inside.y;
  const toX = dx === 0 ? Number.POSITIVE_INFINITY : ((dx > 0 ? box.x + box.width : box.x) - inside.x) / dx;
  const toY = dy === 0 ? Number.POSITIVE_INFINITY : ((dy > 0 ? box.y + box.height : box.y) - inside.y) / dy;
  const at = Math.min(toX, toY);
  return Number.isFinite(at) ? { x: inside.x + dx * at, y: inside.y + dy * at } : inside;
}

const centerOf = ({ x, y, width, height }: Box): Point => ({ x: x + width / 2, y: y + height / 2 });
const xy = ({ x, y }: Point) => `${x.toFixed(1)},${y.toFixed(1)}`;
