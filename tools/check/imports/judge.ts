// SPDX-License-Identifier: BSD-2-Clause
import { posix } from 'node:path';
import type { Edge } from './edges.ts';
import { DRIVER_LIST, LAWS, PARTS, type Part, ROOMS, type Room } from './house.ts';

const TEST = /\.(test|spec|contract)\.tsx?$/;

/** What is wrong with one import; undefined when it is one of the house's arrows. */
export function judge(edge: Edge): string | undefined {
  return brokenLaw(edge) ?? (edge.kind === 'workspace' ? badPackage(edge) : undefined) ?? badPath(edge);
}

function brokenLaw({ from, to, kind }: Edge): string | undefined {
  if (kind !== 'node' && kind !== 'package') return undefined;
  const concerns = (name: string): boolean => name === to || (name === 'node:*' && kind === 'node');
  return LAWS.find(({ packages, of, only }) => packages.some(concerns) && of.test(from) && !only.test(from))
    ?.says;
}

function badPackage({ from, to }: Edge): string | undefined {
  const own = partOf(from);
  const target = PARTS.find(({ specifier }) => specifier === to);
  if (own === undefined) return `No rule knows ${from}; give it a part in tools/check/imports/house.ts.`;
  if (target === undefined) return `${to} is no part that others may import.`;
  return own.may.includes(target.name) ? undefined : own.says;
}

function badPath({ from, to, kind }: Edge): string | undefined {
  if (kind !== 'file') return undefined;
  const [own, target] = [partOf(from), partOf(to)];
  if (own === undefined) return `No rule knows ${from}; give it a part in tools/check/imports/house.ts.`;
  if (own !== target)
    return own.paths?.includes(to) ? undefined : `${own.says} (And a package is imported by its name.)`;
  return badDriver(from, to) ?? badRoom(own, from, to);
}

function badDriver(from: string, to: string): string | undefined {
  const { path, readers, concrete, says } = DRIVER_LIST;
  if (TEST.test(from)) return undefined;
  if (to === path && !readers.test(from)) return says;
  const outside = concrete.test(to) && from !== path && posix.dirname(from) !== posix.dirname(to);
  return outside && !concrete.test(from) ? says : undefined;
}

/** Tests may look into any room of their own part. */
function badRoom(part: Part, from: string, to: string): string | undefined {
  const rooms = ROOMS.filter((room) => room.part === part.name);
  if (rooms.length === 0 || TEST.test(from)) return undefined;
  const [own, target] = [roomOf(rooms, from), roomOf(rooms, to)];
  if (own === undefined) return `No rule knows ${from}; give it a room in tools/check/imports/house.ts.`;
  if (target === undefined) return `No rule knows ${to}; give it a room in tools/check/imports/house.ts.`;
  return own === target || own.may.includes(target.name) ? undefined : own.says;
}

function partOf(path: string): Part | undefined {
  return PARTS.find(({ files }) => files.test(path));
}

function roomOf(rooms: readonly Room[], path: string): Room | undefined {
  return rooms.find(({ files }) => files.test(path));
}
