// SPDX-License-Identifier: BSD-2-Clause

/** Where a field stands in its structure, in bytes. Texts and byte fields say their length, flexible ones an element's. */
export type Field =
  | readonly [kind: 'u16' | 'u32' | 'i32' | 'u64' | 'timeval', at: number]
  | readonly [kind: 'text' | 'bytes', at: number, lengthBytes: number]
  /** The array at the end of a structure, as long as the rest of what is decoded. */
  | readonly [kind: 'flexible', at: number, elementBytes: number];

export interface Structure {
  readonly bytes: number;
  readonly align: number;
  readonly fields: Readonly<Record<string, Field>>;
}

export interface Timeval {
  readonly seconds: bigint;
  readonly microseconds: bigint;
}

interface Values {
  u16: number;
  u32: number;
  i32: number;
  u64: bigint;
  timeval: Timeval;
  /** Up to the first zero byte, one letter a byte. */
  text: string;
  /** Views of what was decoded, not copies. */
  bytes: Uint8Array;
  flexible: Uint8Array[];
}
type ValueOf<F extends Field> = Values[F[0]];

/** A structure's contents, by its table. */
export type Decoded<S extends Structure> = {
  -readonly [Name in keyof S['fields']]: ValueOf<S['fields'][Name]>;
};

/** All of netmap's machines are little-endian here; throws RangeError where `bytes` ends too early. */
export function decodeStructure<S extends Structure>(structure: S, bytes: Uint8Array, at = 0): Decoded<S> {
  if (at < 0 || at + structure.bytes > bytes.byteLength)
    throw new RangeError(`The structure has ${structure.bytes} bytes; ${bytes.byteLength - at} are left.`);
  const own = bytes.subarray(at);
  const view = new DataView(own.buffer, own.byteOffset, own.byteLength);
  const values = Object.entries(structure.fields).map(([name, field]) => [name, read(field, own, view)]);
  return Object.fromEntries(values) as Decoded<S>;
}

function read(field: Field, bytes: Uint8Array, view: DataView): Values[Field[0]] {
  const [kind, at, length = 0] = field;
  switch (kind) {
    case 'u16':
      return view.getUint16(at, true);
    case 'u32':
      return view.getUint32(at, true);
    case 'i32':
      return view.getInt32(at, true);
    case 'u64':
      return view.getBigUint64(at, true);
    case 'timeval':
      return { seconds: view.getBigInt64(at, true), microseconds: view.getBigInt64(at + 8, true) };
    case 'text':
      return readText(bytes.subarray(at, at + length));
    case 'bytes':
      return bytes.subarray(at, at + length);
    case 'flexible':
      return readElements(bytes.subarray(at), length);
  }
}

function readText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...(end < 0 ? bytes : bytes.subarray(0, end)));
}

function readElements(bytes: Uint8Array, elementBytes: number): Uint8Array[] {
  const count = Math.floor(bytes.byteLength / elementBytes);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * elementBytes, (i + 1) * elementBytes));
}

/** A structure of these values, what is not given being zero. Throws RangeError for a text or an array of bytes that is too long. */
export function encodeStructure<S extends Structure>(
  structure: S,
  values: Partial<Decoded<S>>,
): Uint8Array<ArrayBuffer> {
  const given = Object.entries(values) as [string, Values[Field[0]]][];
  const bytes = new Uint8Array(structure.bytes + flexibleBytes(structure, values));
  for (const [name, value] of given) write(structure.fields[name] as Field, bytes, value);
  return bytes;
}

function flexibleBytes<S extends Structure>(structure: S, values: Partial<Decoded<S>>): number {
  const [name] = Object.entries(structure.fields).find(([, [kind]]) => kind === 'flexible') ?? [];
  const elements = (values as Readonly<Record<string, unknown>>)[name ?? ''];
  return Array.isArray(elements) ? elements.reduce((sum, { byteLength }) => sum + byteLength, 0) : 0;
}

function write(field: Field, bytes: Uint8Array, value: Values[Field[0]]): void {
  const view = new DataView(bytes.buffer);
  const [kind, at, length = 0] = field;
  if (kind === 'u16') view.setUint16(at, value as number, true);
  else if (kind === 'u32') view.setUint32(at, value as number, true);
  else if (kind === 'i32') view.setInt32(at, value as number, true);
  else if (kind === 'u64') view.setBigUint64(at, value as bigint, true);
  else if (kind === 'timeval') writeTimeval(view, at, value as Timeval);
  else writeBytes(bytes, at, kind === 'flexible' ? bytes.byteLength - at : length, pieces(value));
}

function writeTimeval(view: DataView, at: number, { seconds, microseconds }: Timeval): void {
  view.setBigInt64(at, seconds, true);
  view.setBigInt64(at + 8, microseconds, true);
}

function pieces(value: Values[Field[0]]): readonly Uint8Array[] {
  if (typeof value === 'string') return [Uint8Array.from(value, (letter) => letter.charCodeAt(0))];
  return Array.isArray(value) ? value : [value as Uint8Array];
}

function writeBytes(bytes: Uint8Array, at: number, room: number, parts: readonly Uint8Array[]): void {
  const total = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (total > room) throw new RangeError(`A field of ${room} bytes cannot hold ${total}.`);
  let next = at;
  for (const part of parts) {
    bytes.set(part, next);
    next += part.byteLength;
  }
}
