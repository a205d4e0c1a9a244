// SPDX-License-Identifier: BSD-2-Clause
import { utf8 } from './packet/bytes.ts';
import type { PipeEnd, PortName, PortRings } from './port-name.ts';
import { parsePortOptions } from './port-options.ts';
import { Refused, type Result, resultOf } from './result.ts';

const LARGEST_RING = 4094;
const LARGEST_REGION = 65535;
const NAME_BYTES = 63;
const PREFIX = /^(netmap|vale\w*):/;

/**
 * By libnetmap's grammar. Never throws; a name that libnetmap refuses comes back as the reason. `@offset` is taken, which
 * libnetmap does where a program has enabled it.
 */
export function parsePortName(text: string): Result<PortName> {
  return resultOf(() => read(text));
}

function read(text: string): PortName {
  const [start, family = ''] = PREFIX.exec(text) ?? [];
  if (start === undefined)
    throw new Refused(`"${text}" must begin with "netmap:" or with "vale", a switch name and ":".`);
  const after = text.slice(start.length);
  const port = after.slice(0, lengthOf(/[^-*^/@]*/y, after));
  const name = readName(family === 'netmap' ? '' : start, port, port === after);
  const rings = readRings(after.slice(port.length));
  const suffixes = readSuffixes(rings.rest);
  return {
    ...(family === 'netmap' ? { family } : { family: 'vale', switchName: family.slice('vale'.length) }),
    ...name,
    rings: rings.value,
    ...suffixes.value,
    ...parsePortOptions(suffixes.rest),
  };
}

function lengthOf(pattern: RegExp, text: string): number {
  pattern.lastIndex = 0;
  return pattern.exec(text)?.[0].length ?? 0;
}

function readName(prefix: string, text: string, isEnd: boolean): Pick<PortName, 'port' | 'pipe'> {
  const bytes = utf8(prefix + text).byteLength;
  if (bytes === 0) throw new Refused('There is no port after "netmap:".');
  if (bytes > NAME_BYTES)
    throw new Refused(`"${prefix}${text}" has ${bytes} characters; netmap keeps ${NAME_BYTES}.`);
  const at = text.search(/[{}]/);
  return at === -1 ? { port: text } : { port: text.slice(0, at), pipe: readPipe(text.slice(at), isEnd) };
}

/** Only what comes behind the name may follow an empty id. */
function readPipe(text: string, isEnd: boolean): PipeEnd {
  const [brace = '', id] = [text[0], text.slice(1)];
  if (id === '' && isEnd) throw new Refused(`A pipe needs a number or a word after "${brace}".`);
  if (!/^\w*$/.test(id))
    throw new Refused(`"${id}" is no pipe's id, which has letters, digits and "_" only.`);
  return { end: brace === '{' ? 'master' : 'slave', id };
}

/** What was read, and what comes behind it. */
interface Read<T> {
  readonly value: T;
  readonly rest: string;
}

function readRings(text: string): Read<PortRings> {
  const [all = '', mark, digits = ''] =
    /^(?:(\*)|([-^])(\d*))?/.exec(text)?.filter((part) => part !== undefined) ?? [];
  const rest = text.slice(all.length);
  switch (mark) {
    case undefined:
      return { value: { kind: 'all' }, rest };
    case '*':
      return { value: { kind: 'all-and-host' }, rest };
    default:
      return { value: mark === '^' && digits === '' ? { kind: 'host' } : readRing(mark, digits), rest };
  }
}

function readRing(mark: string, digits: string): PortRings {
  if (digits === '') throw new Refused(`A ring number, such as "${mark}0", must come after "${mark}".`);
  if (Number(digits) > LARGEST_RING)
    throw new Refused(`The ring ${digits} is above ${LARGEST_RING}, the largest that netmap takes.`);
  return { kind: mark === '-' ? 'one' : 'one-host', ring: Number(digits) };
}

type Suffixes = Pick<PortName, 'flags' | 'memoryId'>;

/** `/xz` and `@4`, as often as they come. What is left begins with "@" and is options. */
function readSuffixes(text: string): Read<Suffixes> {
  let value: Suffixes = { flags: '' };
  let rest = text;
  while (/^(?:\/|@\d|@$)/.test(rest)) {
    const suffix = rest.slice(0, lengthOf(/\/[^@]*|@\d*/y, rest));
    rest = rest.slice(suffix.length);
    if (suffix.startsWith('/'))
      value = { ...value, flags: value.flags + readFlags(suffix.slice(1), rest === '') };
    else value = { ...value, memoryId: readMemory(suffix.slice(1), value.memoryId) };
  }
  if (rest !== '' && !rest.startsWith('@')) throw new Refused(`"${rest}" cannot come there.`);
  return { value, rest };
}

function readFlags(letters: string, isEnd: boolean): string {
  const unknown = [...letters].find((letter) => !'xztrRT'.includes(letter));
  if (unknown !== undefined) throw new Refused(`"${unknown}" is none of the flags x, z, t, r, R and T.`);
  if (letters === '' && isEnd) throw new Refused('A flag, such as "/x", must come after "/".');
  return letters;
}

function readMemory(digits: string, before: number | undefined): number {
  const id = Number(digits);
  if (id < 1 || id > LARGEST_REGION)
    throw new Refused(
      `"@${digits}" must be "@" and a memory region's number, 1 to ${LARGEST_REGION}, or an option.`,
    );
  if (before !== undefined && before !== id)
    throw new Refused(`"@${id}" asks for another memory region than "@${before}".`);
  return id;
}
