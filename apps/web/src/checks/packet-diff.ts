// SPDX-License-Identifier: BSD-2-Clause
import { fieldText, type PacketField, packetFields } from './packet-fields.ts';

export interface ByteCell {
  readonly offset: number;
  /** Two hex digits; undefined where this packet is shorter than the other. */
  readonly expected: string | undefined;
  readonly actual: string | undefined;
  readonly differs: boolean;
  /** `IPv4 destination` */
  readonly field: string;
}

export interface FieldDifference {
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
}

export interface PacketDiff {
  readonly rows: readonly (readonly ByteCell[])[];
  readonly fields: readonly FieldDifference[];
  readonly expectedBytes: number;
  readonly actualBytes: number;
}

const ROW_BYTES = 16;

/** Two packets, as hex without blanks, byte by byte and header field by header field. */
export function packetDiff(expectedHex: string, actualHex: string): PacketDiff {
  const expected = bytesOf(expectedHex);
  const actual = bytesOf(actualHex);
  const named = packetFields(expected.length >= actual.length ? expected : actual);
  return {
    rows: rowsOf(cellsOf(expected, actual, named)),
    fields: named
      .filter((field) => fieldDiffers(field, expected, actual))
      .map((field) => difference(field, expected, actual)),
    expectedBytes: expected.length,
    actualBytes: actual.length,
  };
}

/** A digit that is none ends the packet there: what follows could not be placed. */
function bytesOf(hexDigits: string): Uint8Array {
  const pairs = hexDigits.match(/^([0-9a-f]{2})*/i)?.[0].match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

function cellsOf(expected: Uint8Array, actual: Uint8Array, fields: readonly PacketField[]): ByteCell[] {
  return fields.flatMap((field) =>
    Array.from({ length: field.end - field.start }, (_, index) => {
      const offset = field.start + index;
      return {
        offset,
        expected: byteText(expected[offset]),
        actual: byteText(actual[offset]),
        differs: expected[offset] !== actual[offset],
        field: fieldName(field),
      };
    }),
  );
}

function rowsOf(cells: readonly ByteCell[]): ByteCell[][] {
  const count = Math.ceil(cells.length / ROW_BYTES);
  return Array.from({ length: count }, (_, row) => cells.slice(row * ROW_BYTES, (row + 1) * ROW_BYTES));
}

function fieldDiffers({ start, end }: PacketField, expected: Uint8Array, actual: Uint8Array): boolean {
  for (let offset = start; offset < end; offset += 1) if (expected[offset] !== actual[offset]) return true;
  return false;
}

function difference(field: PacketField, expected: Uint8Array, actual: Uint8Array): FieldDifference {
  return { field: fieldName(field), expected: fieldText(expected, field), actual: fieldText(actual, field) };
}

const fieldName = ({ layer, name }: PacketField) => (layer === '' ? name : `${layer} ${name}`);
const byteText = (byte: number | undefined) => byte?.toString(16).padStart(2, '0');
