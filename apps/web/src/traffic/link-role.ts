// SPDX-License-Identifier: BSD-2-Clause
import type { Topology, TopologyLink } from '@ringlab/protocol';

/** The traffic tokens that links use: `--tx`, `--rx`, `--forwarded`, each with its dash. */
export type LinkRole = 'tx' | 'rx' | 'forwarded';

/** A process that sends what it also receives forwards. */
export function linkRole(link: TopologyLink, { links, nodes }: Topology): LinkRole {
  if (link.direction === 'rx') return 'rx';
  const isProcess = nodes.some(({ id, kind }) => id === link.from && kind === 'process');
  const receives = links.some(({ to, direction }) => to === link.from && direction === 'rx');
  return isProcess && receives ? 'forwarded' : 'tx';
}

/** `gen → vale0`, or the lab's own words for this link. */
export function linkName(link: TopologyLink, { nodes }: Topology): string {
  const label = (id: string) => nodes.find((node) => node.id === id)?.label ?? id;
  return link.label ?? `${label(link.from)} → ${label(link.to)}`;
}
