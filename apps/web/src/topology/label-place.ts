// SPDX-License-Identifier: BSD-2-Clause
import type { TopologyLink } from '@ringlab/protocol';
import { overlap, type Rectangle } from './layout.ts';
import { angleAt, isInside, type LinkPath, type Point, pointAt } from './link-path.ts';

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

const DISTANCE = 9;
const CHARACTER_WIDTH = 7.2;
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
export function labelPlaces(links: readonly LabeledLink[], nodes: readonly Rectangle[]): LabelPlace[] {
  const points = links.flatMap(({ path }) => pointsOf(path));
  const places: LabelPlace[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [index, labeled] of links.entries()) {
      const taken = [...nodes, ...places.toSpliced(index, 1).map(rateBox)];
      places[index] = leastCovering(candidates(labeled), points, taken);
    }
  return places;
}

function leastCovering(
  places: readonly [LabelPlace, ...LabelPlace[]],
  points: readonly Point[],
  taken: readonly Rectangle[],
): LabelPlace {
  const costs = places.map((place) => covered(rateBox(place), points, taken));
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

function covered(rate: Rectangle, points: readonly Point[], taken: readonly Rectangle[]): number {
  const lost = taken.filter((other) => overlap(rate, other)).length;
  return lost * COVERED + points.filter((point) => isInside(point, rate)).length;
}

/** What the label may cover. */
export function labelBox(place: LabelPlace, link: TopologyLink): Rectangle {
  return boxAt(place, Math.max(link.port.length, CHARACTERS[link.direction]), 2 * LINE_HEIGHT);
}

/** What it always covers: the rate. */
export function rateBox(place: LabelPlace): Rectangle {
  return boxAt(place, CHARACTERS.tx, LINE_HEIGHT);
}

function boxAt({ x, y, side }: LabelPlace, characters: number, height: number): Rectangle {
  const width = characters * CHARACTER_WIDTH + PADDING;
  const isBeside = side === 'left' || side === 'right';
  const left = side === 'left' ? x - width : side === 'right' ? x : x - width / 2;
  const top = side === 'above' ? y - height : isBeside ? y - height / 2 : y;
  return { x: left, y: top, width, height };
}
