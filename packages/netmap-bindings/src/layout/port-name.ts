// SPDX-License-Identifier: BSD-2-Clause

/** Which rings of a port a name stands for. */
export type PortRings =
  /** All rings towards the network: no suffix. */
  | { readonly kind: 'all' }
  /** `-3`: one ring of each direction; `^3`: one towards the host. */
  | { readonly kind: 'one' | 'one-host'; readonly ring: number }
  /** `^`: the rings towards the host's own network stack. */
  | { readonly kind: 'host' }
  /** `*`: both. */
  | { readonly kind: 'all-and-host' };

/** One end of a pipe: `{word` is the master, `}word` the slave. The id may be empty, as `netmap:p{-0`. */
export interface PipeEnd {
  readonly end: 'master' | 'slave';
  readonly id: string;
}

/** Keys of an option, spelled with `-`, and their numbers. */
export type OptionNumbers = Readonly<Record<string, number>>;

/** A port's name, taken apart: `vale0:a`, `netmap:eth0-2`, `netmap:p{1/x@4`. */
export interface PortName {
  readonly family: 'netmap' | 'vale';
  /** With `vale` only, and possibly empty: what stands between `vale` and the colon. */
  readonly switchName?: string;
  /** Empty with `vale` only, and before a pipe's brace. */
  readonly port: string;
  readonly pipe?: PipeEnd;
  readonly rings: PortRings;
  /** Letters after `/`, in the order written: x exclusive, z zero-copy monitor, t and r monitors, R and T one direction. */
  readonly flags: string;
  /** `@4`: the memory region to use. */
  readonly memoryId?: number;
  /** `@conf:tx-rings=2,slots=256`. */
  readonly conf?: Readonly<Partial<Record<ConfKey, number>>>;
  /** `@share=vale0:b`: in the memory region of that port. */
  readonly share?: string;
  /** `@extmem=/file`, `@extmem:file=/file,if-num=8`: memory of the program's own. */
  readonly externalMemory?: { readonly file: string; readonly numbers: OptionNumbers };
  /** `@offset=16`, `@offset:initial=16,bits=32`: packets begin so far into their buffers. */
  readonly offset?: OptionNumbers;
}

export const CONF_KEYS = [
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

/** As `parsePortName` takes it. */
export function printPortName(name: PortName): string {
  const flags = name.flags === '' ? '' : `/${name.flags}`;
  const memory = name.memoryId === undefined ? '' : `@${name.memoryId}`;
  return `${printPrefix(name)}${name.port}${printPipe(name)}${printRings(name.rings)}${flags}${memory}${printOptions(name)}`;
}

function printPrefix({ family, switchName = '' }: PortName): string {
  return family === 'netmap' ? 'netmap:' : `vale${switchName}:`;
}

function printPipe({ pipe }: PortName): string {
  return pipe === undefined ? '' : `${pipe.end === 'master' ? '{' : '}'}${pipe.id}`;
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
  }
}

function printOptions({ conf, share, externalMemory, offset }: PortName): string {
  const texts = [
    conf && `@conf:${assignments(conf)}`,
    share && `@share=${share}`,
    externalMemory && `@extmem:${assignments({ file: externalMemory.file, ...externalMemory.numbers })}`,
    offset && `@offset:${assignments(offset)}`,
  ];
  return texts.filter((text) => text !== undefined).join('');
}

function assignments(values: Readonly<Record<string, number | string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** The name that counters and lists know a port by: without `netmap:`, flags, memory region and ring choice. */
export function registeredName(name: PortName): string {
  return `${name.family === 'netmap' ? '' : printPrefix(name)}${name.port}${printPipe(name)}`;
}
