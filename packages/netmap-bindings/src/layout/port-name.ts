// SPDX-License-Identifier: BSD-2-Clause
import { failure, type Result, success } from './result.ts';

/** Which rings of a port a name stands for. */
export type PortRings =
  /** All rings towards the network: no suffix. */
  | { readonly kind: 'all' }
  /** `-3`: one ring of each direction. */
  | { readonly kind: 'one'; readonly ring: number }
  /** `^`: the rings towards the host's own network stack. */
  | { readonly kind: 'host' }
  /** `*`: both. */
  | { readonly kind: 'all-and-host' }
  /** `{word` and `}word`: the two ends of a pipe. netmap's header library takes numbers only, libnetmap words too. */
  | { readonly kind: 'pipe-master' | 'pipe-slave'; readonly id: string };

/** A port's name, taken apart: `vale0:a`, `netmap:eth0-2`, `netmap:p{1/x@4`. */
export interface PortName {
  readonly family: 'netmap' | 'vale';
  /** With `vale` only, and possibly empty: what stands between `vale` and the colon. */
  readonly switchName?: string;
  readonly port: string;
  readonly rings: PortRings;
  /** Letters after `/`, each once at most, in the order written: x exclusive, z zero-copy monitor, t and r monitors or one direction, R and T. */
  readonly flags: string;
  /** `@4`: the memory region to use. */
  readonly memoryId?: number;
}

const LARGEST_RING = 4094;
const NAME_BYTES = 63;
const WHOLE =
  /^(?<prefix>netmap|vale\w*):(?<port>\w*)(?:(?<mark>[-^*{}])(?<id>\w*))?(?:\/(?<flags>[^@]*))?(?:@(?<memory>.*))?$/;
const PREFIX = /^(netmap|vale\w*):/;

/** Never throws; a name that netmap refuses comes back as the reason. */
export function parsePortName(text: string): Result<PortName> {
  if (!PREFIX.test(text))
    return failure(`"${text}" must begin with "netmap:" or with "vale", a switch name and ":".`);
  const groups = WHOLE.exec(text)?.groups;
  if (groups === undefined) return failure(`"${text}" has a character that no port name has after its port.`);
  return checked(groups, text);
}

function checked(groups: Partial<Record<string, string>>, text: string): Result<PortName> {
  const rings = parseRings(groups.mark, groups.id ?? '');
  if (!rings.ok) return rings;
  const { port = '', flags, memory, prefix = '' } = groups;
  const wrong = portFault(prefix, port, rings.value, text) ?? flagsFault(flags) ?? memoryFault(memory);
  if (wrong !== undefined) return failure(wrong);
  return success({
    family: prefix === 'netmap' ? 'netmap' : 'vale',
    ...(prefix === 'netmap' ? {} : { switchName: prefix.slice('vale'.length) }),
    port,
    rings: rings.value,
    flags: flags ?? '',
    ...(memory === undefined ? {} : { memoryId: Number(memory) }),
  });
}

function parseRings(mark: string | undefined, id: string): Result<PortRings> {
  switch (mark) {
    case undefined:
      return success({ kind: 'all' });
    case '{':
    case '}':
      if (id === '') return failure(`A pipe needs a number or a word after "${mark}".`);
      if (/^\d+$/.test(id) && Number(id) > LARGEST_RING) return failure(rangeWords('pipe number', id));
      return success({ kind: mark === '{' ? 'pipe-master' : 'pipe-slave', id });
    case '-':
      if (!/^\d+$/.test(id)) return failure('A ring number, such as "-0", must come after "-".');
      if (Number(id) > LARGEST_RING) return failure(rangeWords('ring', id));
      return success({ kind: 'one', ring: Number(id) });
    default:
      if (id !== '') return failure(`"${mark}" ends the port; "${id}" cannot come after it.`);
      return success({ kind: mark === '^' ? 'host' : 'all-and-host' });
  }
}

function rangeWords(what: string, id: string): string {
  return `The ${what} ${id} is above ${LARGEST_RING}, the largest that netmap takes.`;
}

function portFault(prefix: string, port: string, rings: PortRings, text: string): string | undefined {
  if (port === '') return `"${text}" has no port after "${prefix}:".`;
  const name = prefix === 'netmap' ? port : `${prefix}:${port}`;
  const pipe = rings.kind.startsWith('pipe') && 'id' in rings ? `{${rings.id}` : '';
  const bytes = name.length + pipe.length;
  return bytes > NAME_BYTES
    ? `"${name}${pipe}" has ${bytes} characters; netmap keeps ${NAME_BYTES}.`
    : undefined;
}

function flagsFault(flags: string | undefined): string | undefined {
  if (flags === undefined) return undefined;
  const unknown = [...flags].find((letter) => !'xztrRT'.includes(letter));
  if (unknown !== undefined) return `"${unknown}" is none of the flags x, z, t, r, R and T.`;
  return new Set(flags).size === flags.length ? undefined : `A flag stands twice in "/${flags}".`;
}

function memoryFault(memory: string | undefined): string | undefined {
  if (memory === undefined) return undefined;
  const id = /^\d+$/.test(memory) ? Number(memory) : 0;
  return id >= 1 && id <= 65535
    ? undefined
    : `"@${memory}" must be "@" and a memory region's number, 1 to 65535.`;
}

export function printPortName(name: PortName): string {
  const prefix = name.family === 'netmap' ? 'netmap' : `vale${name.switchName ?? ''}`;
  const flags = name.flags === '' ? '' : `/${name.flags}`;
  const memory = name.memoryId === undefined ? '' : `@${name.memoryId}`;
  return `${prefix}:${name.port}${printRings(name.rings)}${flags}${memory}`;
}

function printRings(rings: PortRings): string {
  switch (rings.kind) {
    case 'all':
      return '';
    case 'one':
      return `-${rings.ring}`;
    case 'host':
      return '^';
    case 'all-and-host':
      return '*';
    case 'pipe-master':
      return `{${rings.id}`;
    case 'pipe-slave':
      return `}${rings.id}`;
  }
}

/** The name that counters and lists know a port by: without `netmap:`, flags, memory region and ring choice. */
export function registeredName(name: PortName): string {
  const pipe = name.rings.kind.startsWith('pipe') ? printRings(name.rings) : '';
  return `${name.family === 'netmap' ? '' : `vale${name.switchName ?? ''}:`}${name.port}${pipe}`;
}
