// SPDX-License-Identifier: BSD-2-Clause
import { parsePortName, registeredName } from '@ringlab/netmap-bindings/layout';
import type { LabManifest } from './manifest.ts';
import { type Misfit, repeated } from './misfit.ts';

/** What is wrong about the machines of a lab, and about what is said to be in them. */
export function machineMisfits({ manifest }: { readonly manifest: LabManifest }): Misfit[] {
  const names = manifest.machines.map(({ name }) => name);
  return [
    ...repeated(names, (index) => ['machines', index, 'name'], 'machine'),
    ...portMisfits(manifest),
    ...interfaceMisfits(manifest),
    ...placeMisfits(manifest),
    ...driverMisfits(manifest),
  ];
}

interface PortPlace {
  readonly port: LabManifest['machines'][number]['ports'][number];
  readonly way: readonly PropertyKey[];
}

function portPlaces({ machines }: LabManifest): PortPlace[] {
  return machines.flatMap(({ ports }, machine) =>
    ports.map((port, index) => ({ port, way: ['machines', machine, 'ports', index, 'port'] })),
  );
}

function portMisfits(manifest: LabManifest): Misfit[] {
  const places = portPlaces(manifest);
  const names = places.map(({ port }) => registered(port.port));
  return [
    ...repeated(names, (index) => places[index]?.way ?? [], 'machine port'),
    ...places.flatMap(({ port, way }) => {
      const message = portFault(port);
      return message === undefined ? [] : [{ way, message }];
    }),
  ];
}

function registered(port: string): string {
  const parsed = parsePortName(port);
  return parsed.ok ? registeredName(parsed.value) : port;
}

function portFault({ port, by }: PortPlace['port']): string | undefined {
  const parsed = parsePortName(port);
  if (!parsed.ok) return parsed.message;
  const isPipe = parsed.value.pipe !== undefined;
  if (parsed.value.rings.kind !== 'all') return `"${port}": a machine has all rings of a port.`;
  if (by === 'passthrough' && !isPipe && parsed.value.family !== 'vale')
    return `"${port}": only ports of switches and ends of pipes are passed through; others are for "by: backend".`;
  return undefined;
}

function interfaceMisfits({ machines }: LabManifest): Misfit[] {
  return machines.flatMap(({ ports }, machine) => {
    const cards = ports.flatMap((port, index) =>
      port.by === 'backend' ? [{ index, name: port.interface }] : [],
    );
    return repeated(
      cards.map(({ name }) => name),
      (card) => ['machines', machine, 'ports', cards[card]?.index ?? 0, 'interface'],
      'interface',
    );
  });
}

/** Processes and nodes that are said to be in a machine. */
function placeMisfits({ machines, processes, topology }: LabManifest): Misfit[] {
  const known = new Set(machines.map(({ name }) => name));
  const unknown = (machine: string | undefined, way: readonly PropertyKey[]): Misfit[] =>
    machine === undefined || known.has(machine)
      ? []
      : [{ way, message: `There is no machine "${machine}" in machines.` }];
  return [
    ...processes.flatMap(({ machine }, index) => unknown(machine, ['processes', index, 'machine'])),
    ...processes.flatMap(({ machine, namespace }, index) =>
      machine === undefined || namespace === 'here'
        ? []
        : [{ way: ['processes', index, 'namespace'], message: 'There is no container in a machine.' }],
    ),
    ...topology.nodes.flatMap(({ machine }, index) =>
      unknown(machine, ['topology', 'nodes', index, 'machine']),
    ),
  ];
}

function driverMisfits({ machines, needs: { drivers = [] } }: LabManifest): Misfit[] {
  if (machines.length === 0 || drivers.every((driver) => driver === 'bubblewrap')) return [];
  return [{ way: ['needs', 'drivers'], message: 'Machines are beside sandboxes of bubblewrap alone.' }];
}
