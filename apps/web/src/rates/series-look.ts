// SPDX-License-Identifier: BSD-2-Clause
import type { Topology } from '@ringlab/protocol';
import { linkName, linkRole } from '../traffic/link-role.ts';

/** How a link's line is drawn: by color, and without color by its dash. */
export interface SeriesLook {
  readonly linkId: string;
  readonly name: string;
  readonly port: string;
  /** A CSS color, computed. */
  readonly color: string;
  /** Canvas dash, in px. */
  readonly dash: readonly number[];
}

/** Later links of one role turn away from its color, degrees of hue to either side; no two look alike. */
const TURNS_DEG = [0, -50, 50, -100, 100, 150];
/** And each has one dot more in its line, up to as many as one can count. */
const MOST_DOTS = 4;
const DOT = [1.5, 3];
const LONG_DASH = [14, 3];

/** Reads the theme's tokens from the element; call again when the theme changed. */
export function seriesLooks(topology: Topology, element: Element): SeriesLook[] {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const seen = new Map<string, number>();
  return topology.links.map((link) => {
    const role = linkRole(link, topology);
    const rank = seen.get(role) ?? 0;
    seen.set(role, rank + 1);
    return {
      linkId: link.id,
      name: linkName(link, topology),
      port: link.port,
      color: turned(token(`--${role}`), rank),
      dash: dotted(parseDash(token(`--${role}-dash`)), rank),
    };
  });
}

function turned(color: string, rank: number): string {
  const deg = TURNS_DEG[rank % TURNS_DEG.length] ?? 0;
  return deg === 0 ? color : `oklch(from ${color} l c calc(h + ${deg}))`;
}

/** The `rank`th of the links of a role whose dash that is; a solid line that needs dots is dashed first. */
export function dotted(dash: readonly number[], rank: number): number[] {
  if (rank === 0) return [...dash];
  const dots = Array.from({ length: Math.min(rank, MOST_DOTS) }, () => DOT).flat();
  return [...(dash.length > 0 ? dash : LONG_DASH), ...dots];
}

function parseDash(token: string): number[] {
  return token
    .split(/[\s,]+/)
    .map(Number)
    .filter((length) => length > 0);
}
