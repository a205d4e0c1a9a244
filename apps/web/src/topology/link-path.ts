// SPDX-License-Identifier: BSD-2-Clause
import type { TopologyLink } from '@ringlab/protocol';
import type { Box, Rectangle } from './layout.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A quadratic curve from the border of one node to that of another. */
export interface LinkPath {
  readonly start: Point;
  readonly control: Point;
  readonly end: Point;
}

const LANE_GAP = 30;

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
  const between = others.filter((box) => box !== from && box !== to && stands(box, a, b));
  const control = aside(halfway(aside(a, offset), aside(b, offset)), 2 * bendAround(between, offset));
  return {
    start: border(from, aside(a, offset), control),
    control,
    end: border(to, aside(b, offset), control),
  };
}

/** `at` runs from 0 at the start to 1 at the end. */
export function pointAt({ start, control, end }: LinkPath, at: number): Point {
  const rest = 1 - at;
  const along = (a: number, c: number, b: number) => rest * rest * a + 2 * rest * at * c + at * at * b;
  return { x: along(start.x, control.x, end.x), y: along(start.y, control.y, end.y) };
}

/** Which way the link goes there, in degrees, 0 to the right and 90 down. */
export function angleAt(path: LinkPath, at: number): number {
  const [before, after] = [pointAt(path, Math.max(0, at - 0.02)), pointAt(path, Math.min(1, at + 0.02))];
  return (Math.atan2(after.y - before.y, after.x - before.x) * 180) / Math.PI;
}

export function svgPath({ start, control, end }: LinkPath): string {
  return `M${xy(start)} Q${xy(control)} ${xy(end)}`;
}

export function isInside({ x, y }: Point, box: Rectangle): boolean {
  return x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
}

function bendAround(between: readonly Box[], offset: number): number {
  if (between.length === 0) return 0;
  const tallest = Math.max(...between.map(({ height }) => height));
  return (tallest / 2 + LANE_GAP) * (offset < 0 ? -1 : 1);
}

/** Whether the line from a to b crosses the box. */
function stands(box: Box, a: Point, b: Point): boolean {
  const steps = 24;
  return Array.from({ length: steps - 1 }, (_, step) => (step + 1) / steps).some((at) => {
    return isInside({ x: a.x + (b.x - a.x) * at, y: a.y + (b.y - a.y) * at }, box);
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

const halfway = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const centerOf = ({ x, y, width, height }: Box): Point => ({ x: x + width / 2, y: y + height / 2 });
const xy = ({ x, y }: Point) => `${x.toFixed(1)},${y.toFixed(1)}`;
