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

/** A second link of one role has the role's color too, mixed with the text's, and longer dashes. */
const LATER_MIX_PERCENT = 40;

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
      color: mixed(token(`--${role}`), token('--text'), rank),
      dash: parseDash(token(`--${role}-dash`)).map((length) => length * (1 + rank * 0.75)),
    };
  });
}

function mixed(color: string, other: string, rank: number): string {
  if (rank === 0) return color;
  return `color-mix(in srgb, ${color}, ${other} ${Math.min(80, rank * LATER_MIX_PERCENT)}%)`;
}

function parseDash(token: string): number[] {
  return token
    .split(/[\s,]+/)
    .map(Number)
    .filter((length) => length > 0);
}
