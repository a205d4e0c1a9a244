// SPDX-License-Identifier: BSD-2-Clause
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { labSchemaText } from './schema.ts';

const LABS = join(import.meta.dirname, '../../../labs');

test('labs/lab.schema.json is what the schema generates; if not, run pnpm labs schema', () => {
  expect(readFileSync(join(LABS, 'lab.schema.json'), 'utf8')).toBe(labSchemaText());
});

test('the keys of lab.yaml explain themselves', () => {
  const { properties } = JSON.parse(labSchemaText()) as {
    properties: Record<string, { description?: string }>;
  };
  for (const [key, { description }] of Object.entries(properties)) expect(description, key).toBeTruthy();
});

const fits = z.fromJSONSchema(JSON.parse(labSchemaText()));

test.each(globSync('*/lab.yaml', { cwd: LABS }))('an editor finds nothing wrong in %s', (path) => {
  const text = readFileSync(join(LABS, path), 'utf8');
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/lab\.schema\.json\n/);
  expect(fits.safeParse(parse(text)).error).toBeUndefined();
});

test('an editor finds what is wrong', () => {
  const text = readFileSync(join(LABS, '02-rings/lab.yaml'), 'utf8');
  expect(fits.safeParse({ ...parse(text), minutes: 'many' }).success).toBe(false);
  expect(fits.safeParse({ ...parse(text), hints: { sync: 3 } }).success).toBe(false);
});
