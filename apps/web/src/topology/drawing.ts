// SPDX-License-Identifier: BSD-2-Clause
import type { Topology, TopologyLink } from '@ringlab/protocol';
import { type LabeledLink, type LabelPlace, labelCorners, labelPlaces } from './label-place.ts';
import { type Layout, layouts } from './layout.ts';
import { type LinkPath, laneOffset, linkPath, type Point } from './link-path.ts';
import { framesMislead, type MachineFrame, machineFrames } from './machine-frames.ts';

export interface DrawnLink {
  readonly link: TopologyLink;
  readonly path: LinkPath;
  readonly labelAt: LabelPlace;
}

/** Everything placed, and the rectangle that holds it, labels included. */
export interface Drawing {
  readonly boxes: Layout;
  readonly links: readonly DrawnLink[];
  readonly frames: readonly MachineFrame[];
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Larger than this a node looks blown up. */
const LARGEST_SCALE = 1.25;
/** At this size everything reads well, and the layout with fewer rows reads better than a larger one. */
const GOOD_SCALE = 1.05;

/** Draws the topology for a panel of that size: in as few rows as read well there, else as large as it can be. */
export function drawTopology(topology: Topology, panelWidth: number, panelHeight: number): Drawing {
  const all = layouts(topology).map((layout) => draw(topology, layout));
  const honest = all.filter(({ boxes, frames }) => !framesMislead(topology, boxes, frames));
  const drawings = honest.length > 0 ? honest : all;
  const scale = (drawing: Drawing) => scaleToFit(drawing, panelWidth, panelHeight);
  const good = drawings.find((drawing) => scale(drawing) >= GOOD_SCALE);
  return good ?? drawings.reduce((best, next) => (scale(next) > scale(best) ? next : best));
}

export function scaleToFit({ width, height }: Drawing, panelWidth: number, panelHeight: number): number {
  return Math.min(LARGEST_SCALE, panelWidth / width, panelHeight / height);
}

function draw(topology: Topology, boxes: Layout): Drawing {
  const links = drawLinks(topology.links, boxes);
  const frames = machineFrames(topology, boxes);
  const corners = [
    ...[...boxes.values(), ...frames].flatMap(({ x, y, width, height }) => [
      { x, y },
      { x: x + width, y: y + height },
    ]),
    ...links.flatMap(({ link, labelAt }) => labelCorners(labelAt, link)),
  ];
  return { boxes, links, frames, ...extent(corners) };
}

function drawLinks(links: readonly TopologyLink[], boxes: Layout): DrawnLink[] {
  const placed = links.flatMap((link) => placeLink(link, links, boxes) ?? []);
  const labels = labelPlaces(placed, [...boxes.values()]);
  return placed.flatMap(({ link, path }, index) => {
    const labelAt = labels[index];
    return labelAt === undefined ? [] : { link, path, labelAt };
  });
}

function placeLink(
  link: TopologyLink,
  links: readonly TopologyLink[],
  boxes: Layout,
): LabeledLink | undefined {
  const [from, to] = [boxes.get(link.from), boxes.get(link.to)];
  if (from === undefined || to === undefined) return undefined;
  const offset = laneOffset(link, links);
  return { link, path: linkPath(from, to, offset, [...boxes.values()]), offset };
}

function extent(corners: readonly Point[]) {
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  if (corners.length === 0) return { left: 0, top: 0, width: 1, height: 1 };
  return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}
