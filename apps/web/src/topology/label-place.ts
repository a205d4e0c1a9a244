// SPDX-License-Identifier: BSD-2-Clause
import type { TopologyLink } from '@ringlab/protocol';
import type { Box } from './layout.ts';
import { angleAt, type LinkPath, type Point, pointAt } from './link-path.ts';

/** Where a link's label is fixed, and to which side of that point it extends. */
export interface LabelPlace extends Point {
  readonly side: 'above' | 'below' | 'left' | 'right';
}

/** A link that is placed, and how far from the line between its nodes it runs. */
export interface LabeledLink {
  readonly link: TopologyLink;
  readonly path: LinkPath;
  readonly offset: number;
}

type Corners = readonly [upperLeft: Point, lowerRight: Point];

const DISTANCE = 9;
const CHARACTER_WIDTH = 6.9;
const PADDING = 10;
/** `2.03 Mpps` and, where packets can be lost, `326 kpps lost`. */
const CHARACTERS = { tx: 9, rx: 13 };
const LINE_HEIGHT = 14;
/** Along the link, the best place first. */
const PLACES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];
/** A link is looked at in so many points. */
const SAMPLES = 24;
/** In the first round a label knows those before it, then all others. */
const ROUNDS = 3;
/** What a label covers that another label or a node needs is lost; what it covers of a link is only less clear. */
const COVERED = 8;

/** For each link the place beside it where its label covers least of nodes, other links and other labels. */
export function labelPlaces(links: readonly LabeledLink[], boxes: readonly Box[]): LabelPlace[] {
  const nodes = boxes.map(
    ({ x, y, width, height }): Corners => [
      { x, y },
      { x: x + width, y: y + height },
    ],
  );
  const points = links.flatMap(({ path }) => pointsOf(path));
  const places: LabelPlace[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [index, labeled] of links.entries()) {
      const taken = [...nodes, ...places.toSpliced(index, 1).map(rateCorners)];
      places[index] = leastCovering(candidates(labeled), points, taken);
    }
  return places;
}

function leastCovering(
  places: readonly [LabelPlace, ...LabelPlace[]],
  points: readonly Point[],
  taken: readonly Corners[],
): LabelPlace {
  const costs = places.map((place) => covered(rateCorners(place), points, taken));
  return places[costs.indexOf(Math.min(...costs))] ?? places[0];
}

function candidates({ path, offset }: LabeledLink): [LabelPlace, ...LabelPlace[]] {
  const outer = PLACES.map((at) => beside(path, at, offset));
  const inner = PLACES.map((at) => beside(path, at, -offset || -1));
  return [...outer, ...inner] as [LabelPlace, ...LabelPlace[]];
}

/** On the side away from a link that runs next to it. */
function beside(path: LinkPath, at: number, offset: number): LabelPlace {
  const { x, y } = pointAt(path, at);
  const radians = (angleAt(path, at) * Math.PI) / 180;
  if (Math.abs(Math.cos(radians)) > 0.5) {
    const below = offset * Math.cos(radians) > 0;
    return { x, y: y + (below ? DISTANCE : -DISTANCE), side: below ? 'below' : 'above' };
  }
  const left = offset * Math.sin(radians) > 0;
  return { x: x + (left ? -DISTANCE : DISTANCE), y, side: left ? 'left' : 'right' };
}

function pointsOf(path: LinkPath): Point[] {
  return Array.from({ length: SAMPLES }, (_, index) => pointAt(path, (index + 0.5) / SAMPLES));
}

function covered(corners: Corners, points: readonly Point[], taken: readonly Corners[]): number {
  const lost = taken.filter((other) => overlap(corners, other)).length;
  return lost * COVERED + points.filter((point) => isIn(point, corners)).length;
}

function overlap([a, aEnd]: Corners, [b, bEnd]: Corners): boolean {
  return a.x < bEnd.x && b.x < aEnd.x && a.y < bEnd.y && b.y < aEnd.y;
}

function isIn({ x, y }: Point, [start, end]: Corners): boolean {
  return x > start.x && x < end.x && y > start.y && y < end.y;
}

/** The corners of what the label may cover. */
export function labelCorners(place: LabelPlace, link: TopologyLink): Corners {
  return cornersOf(place, Math.max(link.port.length, CHARACTERS[link.direction]), 2 * LINE_HEIGHT);
}

/** Of what it always covers: the rate. */
export function rateCorners(place: LabelPlace): Corners {
  return cornersOf(place, CHARACTERS.tx, LINE_HEIGHT);
}

function cornersOf({ x, y, side }: LabelPlace, characters: number, height: number): Corners {
  const width = characters * CHARACTER_WIDTH + PADDING;
  const isBeside = side === 'left' || side === 'right';
  const left = side === 'left' ? x - width : side === 'right' ? x : x - width / 2;
  const top = side === 'above' ? y - height : isBeside ? y - height / 2 : y;
  return [
    { x: left, y: top },
    { x: left + width, y: top + height },
  ];
}
