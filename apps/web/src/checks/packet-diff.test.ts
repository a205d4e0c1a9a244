// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { packetDiff } from './packet-diff.ts';
import { packetFields } from './packet-fields.ts';

const MACS = '020000000002' + '020000000001';
const IPV4 = '4500002000010000401166c9' + '0a000001' + '0a000002';
const UDP = '04d21f40000c0000';
const FRAME = `${MACS}0800${IPV4}${UDP}deadbeef`;

const bytes = (hexDigits: string) =>
  Uint8Array.from(hexDigits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const names = (hexDigits: string) =>
  packetFields(bytes(hexDigits)).map(({ layer, name }) => `${layer} ${name}`.trim());

describe('packetDiff', () => {
  it('finds no difference between equal packets', () => {
    const diff = packetDiff(FRAME, FRAME);
    expect(diff.fields).toEqual([]);
    expect(diff.rows.flat().some(({ differs }) => differs)).toBe(false);
    expect(diff.rows.map((row) => row.length)).toEqual([16, 16, 14]);
  });

  it('names the header fields that differ, with values as people write them', () => {
    const wrong = `020000000001020000000002${FRAME.slice(24)}`.replace('1f40', '1f41');
    expect(packetDiff(FRAME, wrong).fields).toEqual([
      { field: 'Ethernet destination', expected: '02:00:00:00:00:02', actual: '02:00:00:00:00:01' },
      { field: 'Ethernet source', expected: '02:00:00:00:00:01', actual: '02:00:00:00:00:02' },
      { field: 'UDP destination port', expected: '8000', actual: '8001' },
    ]);
  });

  it('marks exactly the bytes that differ', () => {
    const differing = packetDiff(FRAME, FRAME.replace('0a000002', '0a000102'))
      .rows.flat()
      .filter(({ differs }) => differs);
    expect(differing).toEqual([
      { offset: 32, expected: '00', actual: '01', differs: true, field: 'IPv4 destination' },
    ]);
  });

  it('shows where one packet is longer than the other', () => {
    const diff = packetDiff(FRAME, FRAME.slice(0, -4));
    expect(diff.rows.flat().slice(-2)).toEqual([
      { offset: 44, expected: 'be', actual: undefined, differs: true, field: 'payload' },
      { offset: 45, expected: 'ef', actual: undefined, differs: true, field: 'payload' },
    ]);
    expect(diff.fields[0]?.actual).toContain('cut off');
    expect([diff.expectedBytes, diff.actualBytes]).toEqual([46, 44]);
  });

  it('survives an empty packet', () => {
    expect(
      packetDiff(FRAME, '')
        .rows.flat()
        .every(({ actual, differs }) => actual === undefined && differs),
    ).toBe(true);
    expect(packetDiff('', '').rows).toEqual([]);
  });
});

describe('packetFields', () => {
  it.each([
    ['UDP in IPv4', FRAME],
    ['a VLAN tag', `${MACS}8100000a0800${IPV4}${UDP}`],
    ['IPv4 options', `${MACS}080046${IPV4.slice(2)}94040000${UDP}`],
    ['a runt', FRAME.slice(0, 40)],
    ['one byte', 'ff'],
    ['ARP', `${MACS}08060001080006040001${'02'.repeat(20)}`],
    ['a header that says it is longer than the frame', `${MACS}08004f${IPV4.slice(2)}`],
  ])('covers every byte once: %s', (_, hexDigits) => {
    const fields = packetFields(bytes(hexDigits));
    expect(fields[0]?.start).toBe(0);
    expect(fields.at(-1)?.end).toBe(hexDigits.length / 2);
    for (const [index, field] of fields.entries())
      if (index > 0) expect(field.start).toBe(fields[index - 1]?.end);
  });

  it('looks through a VLAN tag and over IPv4 options', () => {
    expect(names(`${MACS}8100000a0800${IPV4}${UDP}`)).toContain('UDP destination port');
    expect(names(`${MACS}080046${IPV4.slice(2)}94040000${UDP}`)).toEqual(
      expect.arrayContaining(['IPv4 options', 'UDP source port']),
    );
  });

  it('sees no ports in a later fragment', () => {
    const fragment = FRAME.replace('00010000', '00010008');
    expect(names(fragment)).not.toContain('UDP source port');
  });
});
