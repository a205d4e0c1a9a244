// SPDX-License-Identifier: BSD-2-Clause
import type { CurvePoint } from '@ringlab/protocol';

/** The points of one series, in the order in which they were measured. */
export interface CurveLine {
  readonly series: string;
  readonly points: readonly CurvePoint[];
}

export function linesOf(points: readonly CurvePoint[]): CurveLine[] {
  const drawn = points.filter(({ x, y }) => x > 0 && y > 0);
  return [...Map.groupBy(drawn, ({ series }) => series)].map(([series, points]) => ({ series, points }));
}

/** A point by its line and its place in that; undefined when there is none. */
export interface PointPlace {
  readonly line: number;
  readonly point: number;
}

/** Left and right go along a line, up and down to the next line; at an end they stay. */
export function moved(
  lines: readonly CurveLine[],
  from: PointPlace | undefined,
  key: string,
): PointPlace | undefined {
  if (lines.length === 0) return undefined;
  if (from === undefined) return { line: 0, point: 0 };
  const line = within(from.line + (STEPS_OF_LINE[key] ?? 0), lines.length);
  const count = lines[line]?.points.length ?? 0;
  return { line, point: within(from.point + (STEPS_OF_POINT[key] ?? 0), count) };
}

const STEPS_OF_LINE: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1 };
const STEPS_OF_POINT: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

export const isPointKey = (key: string) => key in STEPS_OF_LINE || key in STEPS_OF_POINT;

const within = (index: number, count: number) => Math.max(0, Math.min(count - 1, index));

/** The one that is drawn nearest to the pointer, if any is near. */
export function nearest(
  lines: readonly CurveLine[],
  distance: (point: CurvePoint) => number,
  most: number,
): PointPlace | undefined {
  const places = lines.flatMap(({ points }, line) =>
    points.map((each, point) => ({ line, point, far: distance(each) })),
  );
  const [first] = places.toSorted((a, b) => a.far - b.far);
  return first === undefined || first.far > most ? undefined : { line: first.line, point: first.point };
}
