// SPDX-License-Identifier: BSD-2-Clause
import type { LabDetail } from '@ringlab/protocol';

/** The port whose picture has the rings of this one: a device has its host rings, `eth0^`, too. */
export const withRings = (port: string): string => port.replace(/\^$/, '');

/**
 * The ports that the attendee's own programs open, as the lab's picture has them, in its order. What only the
 * kernel counts, or a program tells, has no rings.
 */
export function ownPorts({ topology, processes }: Pick<LabDetail, 'topology' | 'processes'>): string[] {
  const own = new Set(
    topology.nodes
      .filter(({ process }) => processes.some(({ name, attendee }) => attendee && name === process))
      .map(({ id }) => id),
  );
  const ports = topology.links
    .filter(({ from, to, direction }) => own.has(direction === 'tx' ? from : to))
    .map(({ port }) => withRings(port))
    .filter((port) => !/^(kernel|told):/.test(port));
  return [...new Set(ports)];
}
