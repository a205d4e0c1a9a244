// SPDX-License-Identifier: BSD-2-Clause
import type { LabDetail } from '@ringlab/protocol';

/** The ports that the attendee's own programs open, as the lab's picture has them, in its order. */
export function ownPorts({ topology, processes }: Pick<LabDetail, 'topology' | 'processes'>): string[] {
  const own = new Set(
    topology.nodes
      .filter(({ process }) => processes.some(({ name, attendee }) => attendee && name === process))
      .map(({ id }) => id),
  );
  const ports = topology.links
    .filter(({ from, to, direction }) => own.has(direction === 'tx' ? from : to))
    .map(({ port }) => port);
  return [...new Set(ports)];
}
