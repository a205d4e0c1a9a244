// SPDX-License-Identifier: BSD-2-Clause
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ConfigFaults, environment, readConfig } from './config.ts';
import { configurationMarkdown, configurationPage } from './config-table.ts';

test('every variable has a default or may be absent', () => {
  expect(readConfig({})).toMatchObject({ port: 8080, host: '127.0.0.1', driver: 'auto', publicOrigins: [] });
});

test('a variable set to nothing counts as not set', () => {
  expect(readConfig({ RINGLAB_PORT: '' }).port).toBe(8080);
});

test('all faults come in one error, each with its variable', () => {
  const faulty = { RINGLAB_PORT: 'http', RINGLAB_DRIVER: 'jail', RINGLAB_PUBLIC_ORIGINS: 'example.org' };
  expect(() => readConfig(faulty)).toThrow(ConfigFaults);
  expect(() => readConfig(faulty)).toThrow(/RINGLAB_PORT: .*\n(.*\n)*.*RINGLAB_DRIVER: /);
  expect(() => readConfig(faulty)).toThrow(/3 faults/);
});

test('every variable says what it means', () => {
  for (const [name, field] of Object.entries(environment.shape)) {
    expect(field.description, name).toBeTruthy();
  }
});

test('docs/configuration.md is what the schema generates', () => {
  expect(readFileSync(configurationPage, 'utf8')).toBe(configurationMarkdown());
});
