// SPDX-License-Identifier: BSD-2-Clause
import { join } from 'node:path';
import { type Lab, loadLab } from '@ringlab/labkit';
import type { DriverName, Provisioning } from '@ringlab/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryDir } from '../config.ts';
import { BubblewrapDriver } from '../sandbox/bubblewrap/driver.ts';
import { testOptions } from '../sandbox/bubblewrap/test-folders.ts';
import { DockerDriver } from '../sandbox/docker/driver.ts';
import type { SandboxDriver } from '../sandbox/driver.ts';
import { DEFAULT_LIMITS } from '../sandbox/limits.ts';
import { Checklist } from './checklist.ts';
import { type Means, provision } from './provision.ts';
import { tableText } from './report.ts';

/** Labs build and run for seconds, and the machine may have more to do. */
const PATIENCE_MS = 120_000;

describe('provisioning', { timeout: PATIENCE_MS }, () => {
  const options = testOptions();
  const drivers = [
    new BubblewrapDriver(options),
    new DockerDriver({ ...options, imagesDir: '/nonexistent', dockerSocket: '/nonexistent/docker.sock' }),
  ];
  let tour: Lab;
  beforeAll(async () => {
    tour = await loadLab(join(repositoryDir, 'labs/00-tour'));
  });
  afterAll(async () => {
    for (const driver of drivers) await driver[Symbol.asyncDispose]();
    options[Symbol.dispose]();
  });

  async function provisioned(changes: Partial<Means>, wanted?: DriverName, signal?: AbortSignal) {
    const list = new Checklist(() => undefined);
    const means: Means = {
      ...{ drivers, driver: 'auto', labs: () => [tour], limits: DEFAULT_LIMITS, poolSandboxes: 2 },
      // Nothing is built here: a build that fails is what is tried.
      ...{ repositoryDir: '/nonexistent', imagesDir: '/nonexistent' },
      ...changes,
    };
    await provision(means, wanted, list, signal ?? new AbortController().signal);
    return list.state;
  }

  const line = ({ lines }: Provisioning, id: string) => lines.find((each) => each.id === id);

  test('ends green where the first driver that works runs every solution', async () => {
    const state = await provisioned({});
    expect(state).toMatchObject({ phase: 'good', driver: 'bubblewrap' });
    expect(line(state, 'driver-bubblewrap')?.state).toBe('good');
    expect(line(state, 'driver-docker')).toMatchObject({
      state: 'left-out',
      words: expect.stringContaining('does not answer at /nonexistent/docker.sock'),
    });
    expect(line(state, 'pool')?.words).toMatch(/^2 ready, \d+ ms each\.$/);
    expect(line(state, 'lab-00-tour')?.words).toMatch(/^The solution passes all \d checks\.$/);
    expect(tableText(state, false)).toContain('Ready: everything works with bubblewrap.');
  });

  test('ends red, with the cure, where the driver that was asked for does not work', async () => {
    const state = await provisioned({}, 'docker');
    expect(state.phase).toBe('bad');
    expect(line(state, 'driver-docker')).toMatchObject({
      state: 'bad',
      words: expect.stringContaining('RINGLAB_DOCKER_SOCKET'),
    });
    expect(line(state, 'image')).toMatchObject({
      state: 'left-out',
      words: expect.stringContaining('Not looked at'),
    });
    expect(line(state, 'lab-00-tour')).toMatchObject({
      state: 'left-out',
      words: 'Not tried: there is no driver to try it with.',
    });
    expect(tableText(state, false)).toMatch(/Not ready: one line says what to do\.$/);
  });

  test('leaves out labs that the driver cannot run, and says what they need', async () => {
    const elsewhere: Lab = { ...tour, needs: { ...tour.needs, drivers: ['docker'] } };
    const state = await provisioned({ labs: () => [elsewhere] });
    expect(line(state, 'lab-00-tour')).toMatchObject({
      state: 'left-out',
      words: 'Needs sandboxes by docker.',
    });
  });

  test('makes no more sandboxes than the driver has hosts', async () => {
    const [bubblewrap] = drivers;
    if (bubblewrap === undefined) return expect.unreachable();
    const made: string[] = [];
    const seated: SandboxDriver = {
      ...{ name: 'ssh', seats: 1, adopt: async function* () {} },
      probe: () => bubblewrap.probe(),
      create: (options) => {
        made.push(options.id);
        return bubblewrap.create(options);
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
    const state = await provisioned({ drivers: [seated], labs: () => [] });
    expect(line(state, 'pool')?.words).toMatch(/^1 ready, /);
    expect(made).toEqual(['provision-1']);
  });

  test('has the image built that a driver lacks, and says why that fails', async () => {
    const lacking: SandboxDriver = {
      ...{ name: 'docker', image: 'container', adopt: async function* () {} },
      probe: async () => ({ usable: false, message: 'There is no container image.', lacksImage: true }),
      create: () => Promise.reject(new Error('It was not asked.')),
      [Symbol.asyncDispose]: async () => undefined,
    };
    const state = await provisioned({ drivers: [lacking] }, 'docker');
    expect(line(state, 'image')).toMatchObject({
      state: 'bad',
      words: expect.stringMatching(/Cannot find module|ENOENT/),
    });
    expect(line(state, 'driver-docker')?.state).toBe('bad');
  });

  test('says what is wrong with a lab whose solution fails', async () => {
    const [first, ...rest] = tour.checks;
    if (first === undefined) return expect.unreachable();
    const failing = {
      ...first,
      run: async () => ({
        passed: false as const,
        actual: 'Nothing.',
        hint: Object.keys(tour.hints)[0] ?? '',
      }),
    };
    const state = await provisioned({ labs: () => [{ ...tour, checks: [failing, ...rest] }] });
    expect(state.phase).toBe('bad');
    expect(line(state, 'lab-00-tour')?.words).toMatch(/^solution: /);
  });

  test('stops when it is asked to, and says so', async () => {
    const state = await provisioned({}, undefined, AbortSignal.abort());
    expect(state.phase).toBe('stopped');
    expect(state.lines.some(({ state: each }) => each === 'working')).toBe(false);
  });
});
