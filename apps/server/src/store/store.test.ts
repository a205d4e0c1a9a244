// SPDX-License-Identifier: BSD-2-Clause
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databaseFile, StoreError } from './database.ts';
import { Store } from './store.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const open = (versionsPerFile = 100) => new Store({ dataDir, signInDays: 1, versionsPerFile });

function workspaceIn(store: Store) {
  return { personId: store.people.add('Ana', 'attendee').personId, lab: '01-x' };
}

test('every version can be read again, the latest first', async () => {
  await using store = open();
  const key = workspaceIn(store);
  for (const content of ['one', 'two', 'drei €', '']) {
    await store.write(() => store.files.append(key, { path: 'a.c', content, reason: 'save' }, Date.now()));
  }
  expect(store.files.versions(key, 'a.c').map(({ version, bytes }) => [version, bytes])).toEqual([
    [4, 0],
    [3, 8],
    [2, 3],
    [1, 3],
  ]);
  expect(store.files.version(key, 'a.c', 3)?.content).toBe('drei €');
  expect(store.files.latest(key)).toEqual([{ path: 'a.c', version: 4, content: '' }]);
});

test('thinning keeps the newest, the resets, and old saves evenly in time', async () => {
  await using store = open(100);
  const key = workspaceIn(store);
  await store.write(() => {
    store.files.append(key, { path: 'a.c', content: 'mine', reason: 'reset-lab' }, 0);
    // An hour of a save every second, then a day of one a minute.
    const times = [
      ...Array.from({ length: 300 }, (_, index) => 1000 * (index + 1)),
      ...Array.from({ length: 40 }, (_, index) => 400_000 + 60_000 * index),
    ];
    for (const [index, savedAtMs] of times.entries()) {
      store.files.append(key, { path: 'a.c', content: `save ${index}`, reason: 'save' }, savedAtMs);
    }
  });
  const versions = store.files.versions(key, 'a.c');
  expect(versions.length).toBeLessThanOrEqual(100);
  expect(versions.length).toBeGreaterThan(85);
  expect(versions.slice(0, 40).map(({ version }) => version)).toEqual(
    Array.from({ length: 40 }, (_, age) => 341 - age),
  );
  expect(versions.at(-1)).toMatchObject({ version: 1, reason: 'reset-lab' });
  const gaps = versions
    .slice(60, -1)
    .map(({ savedAtMs }, index, all) => savedAtMs - (all[index + 1]?.savedAtMs ?? 0));
  expect(Math.max(...gaps.slice(0, -1))).toBeLessThan(60_000);
});

test('files of one path never take more than their bound of bytes', async () => {
  await using store = open(1000);
  const key = workspaceIn(store);
  const content = 'x'.repeat(1024 * 1024);
  for (let save = 0; save < 90; save++) {
    await store.write(() => store.files.append(key, { path: 'big', content, reason: 'save' }, save * 1000));
  }
  const bytes = store.files.versions(key, 'big').reduce((sum, version) => sum + version.bytes, 0);
  expect(bytes).toBeLessThanOrEqual(65 * 1024 * 1024);
});

test('files that come and go take no more than their bound, and none comes back', async () => {
  await using store = open(20);
  const key = workspaceIn(store);
  const append = (path: string, content: string | undefined) =>
    store.files.append(key, { path, content, reason: content === undefined ? 'delete' : 'save' }, 0);
  append('kept', 'from the first moment');
  await store.write(() => {
    for (let file = 0; file < 300; file++) {
      append(`f${file}`, 'one');
      append(`f${file}`, 'two');
      append(`f${file}`, undefined);
    }
  });
  const latest = store.files.latest(key);
  expect(latest.filter(({ content }) => content !== undefined)).toEqual([
    { path: 'kept', version: 1, content: 'from the first moment' },
  ]);
  expect(latest.length).toBeLessThanOrEqual(201);
  expect(store.files.version(key, 'f299', 1)?.content).toBe('one');
  expect(store.files.latestOf(key, 'f0')).toBeUndefined();
});

test('resets without end are bounded like saves', async () => {
  await using store = open(20);
  const key = workspaceIn(store);
  await store.write(() => {
    for (let reset = 0; reset < 400; reset++)
      store.files.append(key, { path: 'a.c', content: `${reset}`, reason: 'reset-file' }, reset);
  });
  expect(store.files.versions(key, 'a.c').length).toBeLessThanOrEqual(200);
  expect(store.files.latestOf(key, 'a.c')?.content).toBe('399');
});

test('a write that throws changes nothing', async () => {
  await using store = open();
  const key = workspaceIn(store);
  const failing = () =>
    store.write(() => {
      store.files.append(key, { path: 'a', content: 'half', reason: 'save' }, 0);
      throw new Error('in the middle');
    });
  expect(failing).toThrow(/in the middle/);
  expect(store.files.latest(key)).toEqual([]);
});

test('a token signs in until it is too old, and is nowhere in the database', async () => {
  const store = open();
  const { personId } = workspaceIn(store);
  const token = await store.write(() => store.people.signIn(personId));
  expect(store.people.byToken(token)?.personId).toBe(personId);
  expect(store.people.byToken(`${token}x`)).toBeUndefined();
  await store[Symbol.asyncDispose]();
  const database = new DatabaseSync(databaseFile(dataDir));
  expect(
    JSON.stringify(database.prepare('SELECT hex(token_hash) AS hash FROM sign_ins').all()),
  ).not.toContain(token);
  database.exec('UPDATE sign_ins SET signed_in_at_ms = signed_in_at_ms - 86400001');
  database.close();
  await using again = open();
  expect(again.people.byToken(token)).toBeUndefined();
});

test('a database of before the locks knows who had passed', async () => {
  const store = open();
  const key = workspaceIn(store);
  await store[Symbol.asyncDispose]();
  const database = new DatabaseSync(databaseFile(dataDir));
  database.exec('DROP TABLE passed_labs; DROP TABLE open_solutions; PRAGMA user_version = 1;');
  const insert = database.prepare('INSERT INTO check_runs VALUES (?, ?, ?, 1, 2, ?)');
  insert.run('one', key.personId, '01-x', JSON.stringify({ passed: true }));
  insert.run('two', key.personId, '02-y', JSON.stringify({ passed: false }));
  database.close();
  await using again = open();
  expect([again.results.hasPassed(key), again.results.hasPassed({ ...key, lab: '02-y' })]).toEqual([
    true,
    false,
  ]);
});

test('a second store in the same folder, and one of a newer release, are refused in words', async () => {
  const first = open();
  expect(open).toThrow(StoreError);
  await first[Symbol.asyncDispose]();
  const database = new DatabaseSync(databaseFile(dataDir));
  database.exec('PRAGMA user_version = 99');
  database.close();
  expect(open).toThrow(/newer Ringlab/);
});
