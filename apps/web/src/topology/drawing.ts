// SPDX-License-Identifier: BSD-2-Clause
import type { Topology, TopologyLink } from '@ringlab/protocol';
import { type LabeledLink, type LabelPlace, labelBox, labelPlaces } from './label-place.ts';
import { enclosing, type Layout, layouts, type Rectangle } from './layout.ts';
import { type LinkPath, laneOffset, linkPath } from './link-path.ts';
import { framesMislead, type MachineFrame, machineFrames } from './machine-frames.ts';

export interface DrawnLink {
  readonly link: TopologyLink;
  readonly path: LinkPath;
  readonly labelAt: LabelPlace;
}

/** Everything placed; as a rectangle, what holds it, labels included. */
export interface Drawing extends Rectangle {
  readonly boxes: Layout;
  readonly links: readonly DrawnLink[];
  readonly frames: readonly MachineFrame[];
}

/** Larger than this a node looks blown up. */
const LARGEST_SCALE = 1.25;
/** Here its words, of 12 px, have 11. Smaller than that nobody reads them: the panel scrolls then. */
export const SMALLEST_SCALE = 11 / 12;
/** At this size everything reads well, and the layout with fewer rows reads better than a larger one. */
const GOOD_SCALE = 1.05;
const NOTHING: Rectangle = { x: 0, y: 0, width: 1, height: 1 };

/** Draws the topology for a panel of that size: in as few rows as read well there, else as large as it can be. */
export function drawTopology(topology: Topology, panelWidth: number, panelHeight: number): Drawing {
  const all = layouts(topology).map((layout) => draw(topology, layout));
  const honest = all.filter(({ boxes, frames }) => !framesMislead(topology, boxes, frames));
  const drawings = honest.length > 0 ? honest : all;
  const scale = (drawing: Drawing) => scaleToFit(drawing, panelWidth, panelHeight);
  const good = drawings.find((drawing) => scale(drawing) >= GOOD_SCALE);
  return good ?? drawings.reduce((best, next) => (scale(next) > scale(best) ? next : best));
}

/** How large a drawing is shown: as it fits, and never too small to read. */
export function shownScale(drawing: Rectangle, panelWidth: number, panelHeight: number): number {
  return Math.max(SMALLEST_SCALE, scaleToFit(drawing, panelWidth, panelHeight));
}

export function scaleToFit({ width, height }: Rectangle, panelWidth: number, panelHeight: number): number {
  return Math.min(LARGEST_SCALE, panelWidth / width, panelHeight / height);
}

function draw(topology: Topology, boxes: Layout): Drawing {
  const links = drawLinks(topology.links, boxes);
  const frames = machineFrames(topology, boxes);
  const labels = links.map(({ link, labelAt }) => labelBox(labelAt, link));
  const extent = boxes.size === 0 ? NOTHING : enclosing([...boxes.values(), ...frames, ...labels]);
  return { boxes, links, frames, ...extent };
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
