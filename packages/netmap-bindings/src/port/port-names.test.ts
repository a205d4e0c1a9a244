// SPDX-License-Identifier: BSD-2-Clause
// Names, by the table that libnetmap's own test reads and by libnetmap itself.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DEVICE_STRUCTURES,
  decodeStructure,
  parsePortName,
  registeredName,
} from '@ringlab/netmap-bindings/layout';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { registration } from './registration.ts';

const ENGINE = fileURLToPath(new URL('../../../unetmap', import.meta.url));
const SOURCE = join(ENGINE, 'tests/libnetmap/port_names.c');
const folder = mkdtempSync(join(tmpdir(), 'bindings-names-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As a line of the table, so far as a name says it. */
function describeName(text: string): string {
  const parsed = parsePortName(text);
  if (!parsed.ok) return 'EINVAL';
  // What libnetmap does at once with these is to open the file, and to refuse offsets that nobody enabled.
  if (parsed.value.externalMemory !== undefined) return 'ENOENT';
  if (parsed.value.offset !== undefined) return 'EOPNOTSUPP';
  const r = decodeStructure(DEVICE_STRUCTURES.nmreq_register, registration(parsed.value, {}));
  const flags = r.nr_flags === 0n ? '0' : `0x${r.nr_flags.toString(16)}`;
  return [
    `${registeredName(parsed.value)} mode=${r.nr_mode} ring=${r.nr_ringid} flags=${flags} mem=${r.nr_mem_id}`,
    `rings=${r.nr_tx_rings},${r.nr_rx_rings} slots=${r.nr_tx_slots},${r.nr_rx_slots}`,
    `host=${r.nr_host_tx_rings},${r.nr_host_rx_rings}`,
  ].join(' ');
}

const rows = (text: string): [string, string][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t') as [string, string]);

/** Pieces of names, in any order; no option that opens something, or that libnetmap refuses before it reads on. */
const pieces = [
  ...[
    'a',
    'eth0',
    '0',
    'x_1',
    'a.b',
    ' ',
    'ø',
    ':',
    '-0',
    '-1',
    '-',
    '-x',
    '-4094',
    '-4095',
    '^',
    '^0',
    '^x',
    '*',
  ],
  ...[
    '{1',
    '}1',
    '{',
    '}',
    '{x',
    '}01',
    '/x',
    '/z',
    '/RT',
    '/',
    '/q',
    '@1',
    '@2',
    '@0',
    '@',
    '@65535',
    '@65536',
  ],
  ...[
    '@conf:rings=2',
    '@conf:tx_rings=3',
    '@conf:tx-rings=4,rings=2',
    '@conf:slots=010',
    '@conf:rings=2,rings=3',
  ],
  ...['@conf:', '@conf', '@conf=2', '@conf:rings=', '@conf:rings', ',slots=3'],
];
const names = fc
  .tuple(
    fc.constantFrom('netmap:', 'vale0:', 'vale:', 'netmap1:', 'vale-:', 'netmap:p', 'vale0:a'),
    fc.array(fc.constantFrom(...pieces), { maxLength: 5 }),
  )
  .map(([prefix, rest]) => prefix + rest.join(''));

describe('port names', () => {
  test.each(rows(readFileSync(join(ENGINE, 'tests/libnetmap/port_names.tsv'), 'utf8')))(
    '%s is %s',
    (name, said) => {
      expect(describeName(name)).toBe(said);
    },
  );

  test('3,000 generated names are to libnetmap what they are here', () => {
    const program = join(folder, 'port-names');
    const library = join(ENGINE, 'build/lib/libnetmap.a');
    const flags = ['-O1', '-w', '-D_GNU_SOURCE', `-I${join(ENGINE, 'include')}`];
    execFileSync(process.env.CC ?? 'cc', [...flags, '-o', program, SOURCE, library, '-lpthread']);
    const input = fc.sample(names, 3000).join('\n');
    const said = rows(execFileSync(program, ['-'], { input, encoding: 'utf8' }));
    expect(said.length).toBe(3000);
    const isTaken = said.filter(([, what]) => !what.startsWith('E'));
    expect(isTaken.length).toBeGreaterThan(300);
    expect(said.map(([name]) => [name, describeName(name)])).toEqual(said);
  });
});
