// SPDX-License-Identifier: BSD-2-Clause
import { failure, type Result, success } from './result.ts';

/** Which rings of a port a name stands for. */
export type PortRings =
  /** All rings towards the network: no suffix. */
  | { readonly kind: 'all' }
  /** `-3`: one ring of each direction; `^3`: one towards the host, which libnetmap alone knows. */
  | { readonly kind: 'one' | 'one-host'; readonly ring: number }
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
  /** Empty with `vale` only. */
  readonly port: string;
  readonly rings: PortRings;
  /** Letters after `/`, in the order written: x exclusive, z zero-copy monitor, t and r monitors or one direction, R and T. */
  readonly flags: string;
  /** `@4`: the memory region to use. */
  readonly memoryId?: number;
  /** `@conf:tx-rings=2,slots=256`, by libnetmap's words. */
  readonly conf?: Readonly<Partial<Record<ConfKey, number>>>;
}

const CONF_KEYS = [
  'rings',
  'slots',
  'tx-rings',
  'rx-rings',
  'tx-slots',
  'rx-slots',
  'host-rings',
  'host-tx-rings',
  'host-rx-rings',
] as const;
export type ConfKey = (typeof CONF_KEYS)[number];

const LARGEST_RING = 4094;
const NAME_BYTES = 63;
const WHOLE =
  /^(?<prefix>netmap|vale\w*):(?<port>[^-*^{}/@\s]*)(?:(?<mark>[-^*{}])(?<id>\w*))?(?:\/(?<flags>[^@]*))?(?<options>@.*)?$/;
const PREFIX = /^(netmap|vale\w*):/;

/**
 * By libnetmap's grammar, and for `vale` ports by the narrower one of netmap's header library: what both take. Never
 * throws; a name that netmap refuses (EINVAL, always) comes back as the reason.
 */
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
  const options = parseOptions(groups.options);
  if (!options.ok) return options;
  const { port = '', flags, prefix = '' } = groups;
  const wrong = portFault(prefix, port, rings.value, text) ?? flagsFault(flags);
  if (wrong !== undefined) return failure(wrong);
  return success({
    family: prefix === 'netmap' ? 'netmap' : 'vale',
    ...(prefix === 'netmap' ? {} : { switchName: prefix.slice('vale'.length) }),
    port,
    rings: rings.value,
    flags: flags ?? '',
    ...options.value,
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
    case '*':
      return id === ''
        ? success({ kind: 'all-and-host' })
        : failure(`"*" ends the port; "${id}" cannot come after it.`);
    default:
      return mark === '^' && id === '' ? success({ kind: 'host' }) : parseRing(mark, id);
  }
}

function parseRing(mark: string, id: string): Result<PortRings> {
  if (!/^\d+$/.test(id)) return failure(`A ring number, such as "${mark}0", must come after "${mark}".`);
  if (Number(id) > LARGEST_RING) return failure(rangeWords('ring', id));
  return success({ kind: mark === '-' ? 'one' : 'one-host', ring: Number(id) });
}

function rangeWords(what: string, id: string): string {
  return `The ${what} ${id} is above ${LARGEST_RING}, the largest that netmap takes.`;
}

function portFault(prefix: string, port: string, rings: PortRings, text: string): string | undefined {
  if (port === '' && prefix === 'netmap') return `"${text}" has no port after "netmap:".`;
  if (prefix !== 'netmap' && !/^\w*$/.test(port))
    return `"${port}" has a character that no port of a switch has: letters, digits and "_" are taken.`;
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
  return flags === '' ? 'A flag, such as "/x", must come after "/".' : undefined;
}

type Options = Pick<PortName, 'memoryId' | 'conf'>;

/** `@4`, `@conf:...`, in any order. */
function parseOptions(text: string | undefined): Result<Options> {
  let found: Options = {};
  for (const option of text?.slice(1).split('@') ?? []) {
    const parsed = option.startsWith('conf:') ? parseConf(option) : parseMemory(option);
    if (!parsed.ok) return parsed;
    const again = Object.keys(parsed.value).find((key) => key in found);
    if (again !== undefined) return failure(`"@${option}" comes after another of its kind.`);
    found = { ...found, ...parsed.value };
  }
  return success(found);
}

function parseMemory(option: string): Result<Options> {
  const id = /^\d+$/.test(option) ? Number(option) : 0;
  if (id >= 1 && id <= 65535) return success({ memoryId: id });
  return failure(
    `"@${option}" must be "@" and a memory region's number, 1 to 65535, or "@conf:" and a geometry.`,
  );
}

function parseConf(option: string): Result<Options> {
  const conf: Partial<Record<ConfKey, number>> = {};
  for (const assignment of option.slice('conf:'.length).split(',')) {
    const [, word, digits] = /^([a-z-]+)=(\d{1,9})$/.exec(assignment) ?? [];
    const key = CONF_KEYS.find((known) => known === word);
    if (key === undefined)
      return failure(`"${assignment}" must be one of ${CONF_KEYS.join(', ')}, then "=" and a number.`);
    conf[key] = Number(digits);
  }
  return success({ conf });
}

export function printPortName(name: PortName): string {
  const prefix = name.family === 'netmap' ? 'netmap' : `vale${name.switchName ?? ''}`;
  const flags = name.flags === '' ? '' : `/${name.flags}`;
  const memory = name.memoryId === undefined ? '' : `@${name.memoryId}`;
  return `${prefix}:${name.port}${printRings(name.rings)}${flags}${memory}${printConf(name.conf)}`;
}

function printConf(conf: PortName['conf']): string {
  if (conf === undefined) return '';
  return `@conf:${Object.entries(conf)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')}`;
}

function printRings(rings: PortRings): string {
  switch (rings.kind) {
    case 'all':
      return '';
    case 'one':
      return `-${rings.ring}`;
    case 'one-host':
      return `^${rings.ring}`;
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
