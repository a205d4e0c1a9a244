// SPDX-License-Identifier: BSD-2-Clause
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLab } from '@ringlab/labkit';
import type { CheckRunState, Person } from '@ringlab/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repositoryDir } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { Store } from '../store/store.ts';
import { Course } from './course.ts';

const lab = await loadLab(join(repositoryDir, 'labs/03-sink'));
const { slug } = lab;
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const open = () => new Store({ dataDir, signInDays: 1, versionsPerFile: 100 });
const courseOf = (store: Store) => new Course([lab], store, () => ({ usable: true, message: '' }));
const verdict = (index: number, passed: boolean): CheckRunState => ({
  checkRunId: `check-${index}`,
  phase: 'ended',
  startedAtMs: index,
  endedAtMs: index,
  results: [],
  passed,
  versions: {},
});
const isOpen = (course: Course, person: Person) => course.summaries(person)[0]?.solutionOpen;

test('a solution is locked, and says what opens it', async () => {
  await using store = open();
  const course = courseOf(store);
  const ana = store.people.add('Ana', 'attendee');
  store.results.putCheck({ personId: ana.personId, lab: slug }, verdict(1, false));
  expect(isOpen(course, ana)).toBe(false);
  const refusal = await course.solution(slug, ana).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ error: { code: 'solution-locked' } });
});

test('passing once opens the solution to that person, for good', async () => {
  const store = open();
  const [ana, bo] = [store.people.add('Ana', 'attendee'), store.people.add('Bo', 'attendee')];
  const key = { personId: ana.personId, lab: slug };
  store.results.putCheck(key, verdict(0, true));
  // More than are kept.
  for (let index = 1; index <= 250; index++) store.results.putCheck(key, verdict(index, false));
  await store[Symbol.asyncDispose]();

  await using again = open();
  const course = courseOf(again);
  expect([isOpen(course, ana), isOpen(course, bo)]).toEqual([true, false]);
  const { files } = await course.solution(slug, ana);
  expect(files.map(({ path }) => path)).toEqual(['sink.c']);
  expect(files[0]?.content).not.toBe(lab.starter.find(({ path }) => path === 'sink.c')?.content);
});

test('the instructor reads every solution, opens one to all, and locks it again', async () => {
  await using store = open();
  const course = courseOf(store);
  const [ana, mentor] = [store.people.add('Ana', 'attendee'), store.people.add('Mentor', 'instructor')];
  expect(isOpen(course, mentor)).toBe(true);
  await course.setSolutionOpen(slug, true);
  expect(isOpen(course, ana)).toBe(true);
  expect((await course.solution(slug, ana)).files).toHaveLength(1);
  await course.setSolutionOpen(slug, false);
  expect(isOpen(course, ana)).toBe(false);
});

test('a lab that needs an engine runs where sandboxes can have it, and elsewhere says so', async () => {
  await using store = open();
  const needing = { ...lab, needs: { ...lab.needs, engines: ['kernel' as const] } };
  const missingWith = (engines: ('unetmap' | 'kernel')[]) =>
    new Course([needing], store, () => ({ usable: true, message: '', engine: 'unetmap', engines })).missing(
      needing,
    );
  expect(missingWith(['unetmap'])).toBe(
    'This lab needs the engine kernel; here netmap is provided by unetmap.',
  );
  expect(missingWith(['unetmap', 'kernel'])).toBeUndefined();
});
