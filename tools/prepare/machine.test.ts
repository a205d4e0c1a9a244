// SPDX-License-Identifier: BSD-2-Clause
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusal, statusOf } from './apt.mjs';
import { findProgram, missingNeeds, SERVER_NEEDS, TEST_NEEDS } from './machine.mjs';
import { nodeFault } from './node-version.mjs';
import { temporaryFolder } from './temporary-folder.ts';

test('finds programs on PATH, not folders or files that cannot run', () => {
  const path = temporaryFolder();
  mkdirSync(join(path, 'gcc'));
  writeFileSync(join(path, 'make'), '');
  writeFileSync(join(path, 'bwrap'), '');
  chmodSync(join(path, 'bwrap'), 0o755);
  expect(findProgram(['nothing', 'bwrap'], `/nowhere:${path}`)).toBe(join(path, 'bwrap'));
  expect(missingNeeds(SERVER_NEEDS, path).map((need) => need.package)).toEqual(
    expect.arrayContaining(['gcc', 'make']),
  );
  expect(missingNeeds(SERVER_NEEDS, path).map((need) => need.package)).not.toContain('bubblewrap');
});

test('an empty machine lacks everything that is a program', () => {
  const programs = TEST_NEEDS.filter(({ programs }) => programs !== undefined);
  expect(missingNeeds(TEST_NEEDS, '/nowhere')).toEqual(expect.arrayContaining([...programs]));
});

test('tells what is missing, what for, and the one command', () => {
  const text = refusal(SERVER_NEEDS.slice(0, 1), 'npm start');
  expect(text).toContain('gcc (the C compiler)');
  expect(text).toContain('npm start again');
  expect(text).toMatch(/apt-get install -y --no-install-recommends gcc'$/);
});

test("reads apt's progress", () => {
  expect(statusOf('pmstatus:gcc:41.2:Unpacking gcc (amd64)')).toBe('41 % Unpacking gcc (amd64)');
  expect(statusOf('dlstatus:3:9.6:Retrieving file 3 of 7')).toBe('10 % Retrieving file 3 of 7');
  expect(statusOf('Setting up gcc (4:12.2.0-3) ...')).toBeUndefined();
});

test('turns away an old Node in one line', () => {
  expect(nodeFault('18.20.4')).toMatch(/^Ringlab needs Node 20 or newer.*18\.20\.4[^\n]*$/);
  expect(nodeFault('20.0.0')).toBeUndefined();
  expect(nodeFault('24.19.0')).toBeUndefined();
});
