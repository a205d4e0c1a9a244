// SPDX-License-Identifier: BSD-2-Clause
import type { RateSample, TopologyLink } from '@ringlab/protocol';
import { averageRate, type LinkRate, linkRate, READABLE_READINGS } from '../traffic/link-rate.ts';

export type Measure = 'pps' | 'bps' | 'dropPps';

/** Columns for a chart: x in seconds since the epoch, then a column a link; null draws a gap. */
export type Columns = [x: number[], ...y: (number | null)[][]];

interface Point {
  readonly tMs: number;
  readonly runId: string;
  readonly links: readonly (LinkRate | undefined)[];
}

const FULL_RATE_MS = 60_000;
const KEPT_MS = 600_000;
const COARSE_MS = 1000;
/** Readings further apart than this have nothing between them that was measured. */
const GAP_MS = 3 * COARSE_MS;

/**
 * Ten minutes of rates of the links of one topology: the last minute as it came, what is older averaged to one
 * point a second, so that a chart never draws more than some 1,200 points a link.
 */
export class LinkHistory {
  readonly #links: readonly TopologyLink[];
  #coarse: Point[] = [];
  #fine: Point[] = [];

  constructor(links: readonly TopologyLink[]) {
    this.#links = links;
  }

  /** Samples come in the order of time; one from before the newest is dropped. */
  push(sample: RateSample): void {
    const newestMs = this.newest?.tMs;
    if (newestMs !== undefined && sample.tMs <= newestMs) return;
    this.#fine.push({
      tMs: sample.tMs,
      runId: sample.runId,
      links: this.#links.map((link) => linkRate(sample, link)),
    });
    this.#thin(sample.tMs - FULL_RATE_MS);
    this.#forget(sample.tMs - KEPT_MS);
  }

  clear(): void {
    this.#coarse = [];
    this.#fine = [];
  }

  get newest(): Point | undefined {
    return this.#fine.at(-1);
  }

  /** A run's rates of the last half second, a link each; undefined while nobody has the port open, and none at all of a run that is over. */
  recent(runId: string | undefined): (LinkRate | undefined)[] {
    const { newest } = this;
    if (newest === undefined || newest.runId !== runId) return [];
    const points = this.#fine.slice(-READABLE_READINGS).filter(({ runId }) => runId === newest.runId);
    return newest.links.map(
      (now, link) => now && averageRate(points.flatMap((point) => point.links[link] ?? [])),
    );
  }

  get oldestMs(): number | undefined {
    return (this.#coarse[0] ?? this.#fine[0])?.tMs;
  }

  /** When the earliest kept reading of the newest run was taken. */
  get #runStartMs(): number | undefined {
    const runId = this.newest?.runId;
    return this.#points().find((point) => point.runId === runId)?.tMs;
  }

  columns(measure: Measure): Columns {
    return this.#draw(this.#points(), measure, 0);
  }

  /** The run before the newest, moved in time so that both start together; empty when there was none. */
  previousRun(measure: Measure): Columns {
    const points = this.#points();
    const startMs = this.#runStartMs;
    const before = points.findLast(({ tMs }) => startMs !== undefined && tMs < startMs)?.runId;
    const run = points.filter(({ runId }) => runId === before);
    return this.#draw(run, measure, (startMs ?? 0) - (run[0]?.tMs ?? 0));
  }

  #points(): readonly Point[] {
    return [...this.#coarse, ...this.#fine];
  }

  /** Whole seconds only, so that a second is averaged once, from all of its readings. */
  #thin(beforeMs: number): void {
    const boundaryMs = Math.floor(beforeMs / COARSE_MS) * COARSE_MS;
    const kept = this.#fine.findIndex(({ tMs }) => tMs >= boundaryMs);
    if (kept > 0) this.#coarse.push(...averages(this.#fine.splice(0, kept)));
  }

  #forget(beforeMs: number): void {
    const kept = this.#coarse.findIndex(({ tMs }) => tMs >= beforeMs);
    if (kept > 0) this.#coarse.splice(0, kept);
  }

  #draw(points: readonly Point[], measure: Measure, shiftMs: number): Columns {
    const columns: Columns = [[], ...this.#links.map(() => [])];
    const [x, ...y] = columns;
    for (const [index, point] of points.entries()) {
      const previous = points[index - 1];
      if (previous !== undefined && isGap(previous, point)) {
        x.push((previous.tMs + shiftMs + 1) / 1000);
        for (const column of y) column.push(null);
      }
      x.push((point.tMs + shiftMs) / 1000);
      for (const [link, column] of y.entries()) column.push(point.links[link]?.[measure] ?? null);
    }
    return columns;
  }
}

function isGap(before: Point, after: Point): boolean {
  return before.runId !== after.runId || after.tMs - before.tMs > GAP_MS;
}

function averages(points: readonly Point[]): Point[] {
  const seconds = Map.groupBy(points, ({ tMs, runId }) => `${Math.floor(tMs / COARSE_MS)} ${runId}`);
  return [...seconds.values()].flatMap((second) => average(second) ?? []);
}

function average(points: readonly Point[]): Point | undefined {
  const first = points[0];
  if (first === undefined) return undefined;
  return {
    tMs: mean(points.map(({ tMs }) => tMs)),
    runId: first.runId,
    links: first.links.map((_, link) => averageRate(points.flatMap((point) => point.links[link] ?? []))),
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
