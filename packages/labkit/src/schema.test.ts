// SPDX-License-Identifier: BSD-2-Clause
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { labSchemaText } from './schema.ts';

test('labs/lab.schema.json is what the schema generates; if not, run pnpm labs schema', () => {
  const path = join(import.meta.dirname, '../../../labs/lab.schema.json');
  expect(readFileSync(path, 'utf8')).toBe(labSchemaText());
});

test('the keys of lab.yaml explain themselves', () => {
  const { properties } = JSON.parse(labSchemaText()) as {
    properties: Record<string, { description?: string }>;
  };
  for (const [key, { description }] of Object.entries(properties)) expect(description, key).toBeTruthy();
});
