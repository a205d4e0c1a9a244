// SPDX-License-Identifier: BSD-2-Clause
import { type Lab, verifyLab } from '@ringlab/labkit';
import type { DriverName } from '@ringlab/protocol';
import {
  type ChosenDriver,
  type DriverStatus,
  enginesOf,
  type SandboxDriver,
  whyNoEngine,
} from '../sandbox/driver.ts';
import { buildImage, type ImageShape } from '../sandbox/image-build.ts';
import type { Limits } from '../sandbox/limits.ts';
import type { Checklist, Planned } from './checklist.ts';

/** What a course is made of here. */
export interface Means {
  /** All that this version has, best first. */
  readonly drivers: readonly SandboxDriver[];
  readonly driver: DriverName | 'auto';
  readonly labs: () => readonly Lab[];
  readonly limits: Limits;
  readonly poolSandboxes: number;
  readonly repositoryDir: string;
  readonly imagesDir: string;
}

interface Walk extends Means {
  readonly list: Checklist;
  readonly signal: AbortSignal;
}

/**
 * Finds out whether this machine is ready: tries every driver, builds what the chosen one starts from, fills a pool, and
 * has it run every lab's solution. Everything that is found is in the list; rejects only for faults of our own.
 */
export async function provision(
  means: Means,
  wanted: DriverName | undefined,
  list: Checklist,
  signal: AbortSignal,
): Promise<void> {
  const walk = { ...means, list, signal };
  list.begin(plan(means));
  try {
    const ready = await readyDriver(walk, wanted);
    if (ready === undefined) leaveOutTheRest(walk);
    else {
      await fillPool(walk, ready.driver);
      for (const lab of means.labs()) await tryLab(walk, ready, lab);
    }
  } catch (fault) {
    if (!signal.aborted) throw fault;
  } finally {
    list.finish(signal.aborted);
  }
}

/** The lines, before anything is known. */
export function plan({ drivers, labs }: Means): Planned[] {
  return [
    ...drivers.map(({ name }) => ({ id: `driver-${name}`, part: 'drivers' as const, title: name })),
    { id: 'image', part: 'image' as const, title: 'Image' },
    { id: 'pool', part: 'pool' as const, title: 'Sandboxes kept ready' },
    ...labs().map(({ slug, detail }) => ({
      id: `lab-${slug}`,
      part: 'labs' as const,
      title: `${slug.slice(0, 2)} ${detail.title}`,
    })),
  ];
}

/** The chosen driver when it works, built for if need be; undefined after its line says why it does not. */
async function readyDriver(walk: Walk, wanted: DriverName | undefined): Promise<ChosenDriver | undefined> {
  const { drivers, list } = walk;
  const found = new Map<SandboxDriver, DriverStatus>();
  for (const driver of drivers) found.set(driver, await probe(walk, driver));
  const name = wanted ?? (walk.driver === 'auto' ? undefined : walk.driver);
  const driver = drivers.find((each) => (name === undefined ? found.get(each)?.usable : each.name === name));
  if (driver === undefined) {
    for (const each of drivers) list.end(`driver-${each.name}`, 'bad', found.get(each)?.message ?? '');
    return undefined;
  }
  list.chose(driver.name);
  const status = await withImage(walk, driver, found.get(driver));
  if (status?.usable) return { driver, status };
  list.end(`driver-${driver.name}`, 'bad', status?.message ?? '');
  return undefined;
}

/** Has the image built where that is what the driver lacks, and tries it again. */
async function withImage(
  walk: Walk,
  driver: SandboxDriver,
  status: DriverStatus | undefined,
): Promise<DriverStatus | undefined> {
  const { name, image } = driver;
  const { list } = walk;
  if (image === undefined) list.end('image', 'left-out', `${name} needs none.`);
  else if (status?.usable)
    list.end('image', 'good', `The ${image} image is there, and ${name} starts from it.`);
  else if (!status?.lacksImage) list.end('image', 'left-out', `Not looked at: ${name} lacks something else.`);
  else if (await makeImage(walk, image)) return await probe(walk, driver);
  return status;
}

async function probe({ list, signal }: Walk, driver: SandboxDriver): Promise<DriverStatus> {
  signal.throwIfAborted();
  list.working(`driver-${driver.name}`, 'Making a sandbox');
  const status = await driver.probe();
  list.end(`driver-${driver.name}`, status.usable ? 'good' : 'left-out', status.message);
  return status;
}

/** Whether it is there now. */
async function makeImage(walk: Walk, image: ImageShape): Promise<boolean> {
  const { list, repositoryDir, imagesDir, signal } = walk;
  list.working('image', `Looking at the ${image} image`, 0);
  try {
    await buildImage({
      ...{ shape: image, repositoryDir, imagesDir, signal },
      onProgress: ({ done, title, detail }) =>
        list.working('image', [title, detail].filter(Boolean).join(': '), done),
    });
    list.end('image', 'good', `The ${image} image is built.`);
    return true;
  } catch (fault) {
    signal.throwIfAborted();
    list.end('image', 'bad', (fault as Error).message);
    return false;
  }
}

function leaveOutTheRest({ list }: Walk): void {
  for (const { id, state } of list.state.lines)
    if (state === 'waiting') list.end(id, 'left-out', 'Not tried: there is no driver to try it with.');
}

async function fillPool({ list, limits, poolSandboxes, signal }: Walk, driver: SandboxDriver): Promise<void> {
  const count = Math.min(Math.max(1, poolSandboxes), driver.seats ?? Number.POSITIVE_INFINITY);
  const startedMs = performance.now();
  await using made = new AsyncDisposableStack();
  try {
    for (let i = 0; i < count; i++) {
      signal.throwIfAborted();
      list.working('pool', `${i} of ${count} are ready`, i / count);
      made.use(await driver.create({ id: `provision-${i + 1}`, limits }));
    }
    const eachMs = (performance.now() - startedMs) / count;
    list.end('pool', 'good', `${count} ready, ${Math.round(eachMs)} ms each.`);
  } catch (fault) {
    signal.throwIfAborted();
    list.end('pool', 'bad', (fault as Error).message);
  }
}

async function tryLab(walk: Walk, { driver, status }: ChosenDriver, lab: Lab): Promise<void> {
  const { list, signal } = walk;
  const id = `lab-${lab.slug}`;
  signal.throwIfAborted();
  if (!lab.needs.drivers.includes(driver.name)) {
    list.end(id, 'left-out', `Needs sandboxes by ${lab.needs.drivers.join(' or ')}.`);
    return;
  }
  const noEngine = whyNoEngine(lab.needs, enginesOf(status));
  if (noEngine !== undefined) {
    list.end(id, 'left-out', noEngine);
    return;
  }
  if (lab.machines.length > 0 && !(await haveMachines(walk, driver))) {
    list.end(id, 'left-out', 'Needs virtual machines, and there is no image that they could start from.');
    return;
  }
  list.working(id, 'Building the solution and running its checks');
  try {
    const problems = await verifyLab(lab, {
      extent: 'solution',
      createSandbox: (fittings) =>
        driver.create({ id: `provision-${lab.slug}`, limits: walk.limits, ...fittings }),
      signal,
    });
    if (problems.length > 0) list.end(id, 'bad', problems.join('\n'));
    else list.end(id, 'good', `The solution passes ${checks(lab.checks.length)}.`);
  } catch (fault) {
    signal.throwIfAborted();
    list.end(id, 'bad', (fault as Error).message);
  }
}

/** A driver whose sandboxes start from no image may have machines beside them that do: it is built when a lab needs it. */
async function haveMachines(walk: Walk, driver: SandboxDriver): Promise<boolean> {
  walk.list.working('image', 'Starting a virtual machine');
  if ((await driver.readyMachines?.()) !== undefined) return await makeImage(walk, 'vm');
  const words = [
    'The vm image is there, and the virtual machines of labs start from it.',
    driver.machinesWords,
  ];
  walk.list.end('image', 'good', words.filter(Boolean).join(' '));
  return true;
}

function checks(count: number): string {
  return count === 1 ? 'its check' : `all ${count} checks`;
}
