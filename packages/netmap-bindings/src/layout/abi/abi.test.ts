// SPDX-License-Identifier: BSD-2-Clause
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NETMAP, NETMAP_IOCTL } from './constants.ts';
import { DEVICE_STRUCTURES } from './device-structures.ts';
import { LIBRARY_STRUCTURES } from './library-structures.ts';
import { decodeStructure, encodeStructure, type Field, type Structure } from './structure.ts';

interface Abi {
  readonly structs: Record<
    string,
    { size: number; align: number; fields: Record<string, [number, number | string]> }
  >;
  readonly ioctls: Record<string, { value: number }>;
  readonly constants: Record<string, number | string>;
}
// Printed by a program that was compiled with netmap's own headers.
const abi = JSON.parse(
  readFileSync(new URL('../../../../unetmap/tests/abi/abi.json', import.meta.url), 'utf8'),
) as Abi;

const STRUCTURES: Readonly<Record<string, Structure>> = { ...DEVICE_STRUCTURES, ...LIBRARY_STRUCTURES };
const WIDTHS = { u16: 2, u32: 4, i32: 4, u64: 8, timeval: 16 } as const;

function asAbi([kind, at, length]: Field): [number, number | string] {
  if (kind === 'flexible') return [at, `flexible, element size ${length}`];
  return [at, kind === 'text' || kind === 'bytes' ? (length ?? 0) : WIDTHS[kind]];
}

describe("netmap's ABI", () => {
  test.each(Object.keys(abi.structs))('struct %s', (name) => {
    const { bytes, align, fields } = STRUCTURES[name] as Structure;
    const places = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, asAbi(value)]));
    expect({ size: bytes, align, fields: places }).toEqual(abi.structs[name]);
  });

  test('nothing else is in the tables', () => {
    expect(Object.keys(STRUCTURES).sort()).toEqual(Object.keys(abi.structs).sort());
  });

  test('constants and requests', () => {
    expect(NETMAP).toEqual(abi.constants);
    const values = Object.entries(abi.ioctls).map(([name, { value }]) => [name, value]);
    expect(NETMAP_IOCTL).toEqual(Object.fromEntries(values));
  });
});

describe('structures', () => {
  test('a slot, byte for byte', () => {
    const bytes = Uint8Array.of(7, 1, 0, 0, 60, 0, 32, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    const slot = decodeStructure(DEVICE_STRUCTURES.netmap_slot, bytes);
    expect(slot).toEqual({ buf_idx: 263, len: 60, flags: NETMAP.NS_MOREFRAG, ptr: 0x0807060504030201n });
    expect(encodeStructure(DEVICE_STRUCTURES.netmap_slot, slot)).toEqual(bytes);
  });

  test.each(Object.entries(STRUCTURES))(
    '%s: any bytes survive values, where fields cover them',
    (_name, structure) => {
      const covered = (bytes: Uint8Array) => encodeStructure(structure, decodeStructure(structure, bytes));
      fc.assert(
        fc.property(
          fc.uint8Array({ minLength: structure.bytes, maxLength: structure.bytes + 40 }),
          (bytes) => {
            const once = covered(bytes);
            expect(covered(once)).toEqual(once);
            expect(decodeStructure(structure, once)).toEqual(decodeStructure(structure, covered(bytes)));
          },
        ),
        { numRuns: 20 },
      );
    },
  );

  test('bytes that end too early, and texts that are too long, are refused', () => {
    expect(() => decodeStructure(DEVICE_STRUCTURES.netmap_ring, new Uint8Array(255))).toThrow(RangeError);
    expect(() => decodeStructure(DEVICE_STRUCTURES.netmap_slot, new Uint8Array(16), 1)).toThrow(RangeError);
    expect(() => encodeStructure(DEVICE_STRUCTURES.netmap_if, { ni_name: 'a'.repeat(17) })).toThrow(
      RangeError,
    );
  });
});
