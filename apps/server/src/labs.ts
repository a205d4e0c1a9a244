// SPDX-License-Identifier: BSD-2-Clause
/** What authors of labs call: `pnpm labs verify`, `pnpm labs matrix`, `pnpm labs new`, `pnpm labs schema`; and instructors: `pnpm labs provision`. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, relative, resolve, sep } from 'node:path';
import {
  describeFault,
  findLabs,
  type Lab,
  LabFaults,
  labSchemaText,
  loadLab,
  loadLabs,
  matrixText,
  newLab,
  type Sandbox,
  type SandboxFittings,
  verifyLab,
  within,
} from '@ringlab/labkit';
import { driverName } from '@ringlab/protocol';
import { type Config, readConfig, repositoryDir } from './config.ts';
import { Checklist } from './provisioning/checklist.ts';
import { follow } from './provisioning/follow.ts';
import { provision } from './provisioning/provision.ts';
import { tableText } from './provisioning/report.ts';
import { commandFolder } from './sandbox/command-folder.ts';
import {
  type ChosenDriver,
  enginesOf,
  type SandboxDriver,
  type UsableDriver,
  whyNoEngine,
} from './sandbox/driver.ts';
import { allDrivers, availableDrivers, firstUsable, removeLeft } from './sandbox/drivers.ts';
import { processesBelow } from './sandbox/process-tree.ts';

const USAGE = `usage: pnpm labs verify [--solution] [LAB...]
                                  prove that these labs, or all, are as they say; --solution: only that
                                  the solution passes every check
       pnpm labs matrix [LAB...]  which mutants each check catches
       pnpm labs new LAB          make a lab, to be changed into the one you want
       pnpm labs provision [--driver DRIVER]
                                  try every driver, build its image, run every lab's solution
       pnpm labs schema           write the schema of lab.yaml, for completion in editors
LAB is a folder's name or the beginning of it (03), or, with a slash in it, a path: ../my-labs/03-sink`;

type Extent = 'solution' | 'all';

const LONGEST_END_MS = 60_000;
/** What is said before has been written by then. */
const LEAVE_MS = 2000;

/** Relative to a folder of labs. */
const SCHEMA = 'lab.schema.json';
const TEMPLATE = 'template/00-example';

/** Exits with 1 when a lab is wrong, and with 2 when nothing could even be tried. */
async function main([command, ...names]: readonly string[]): Promise<number> {
  if (command === 'provision') return await provisionHere(names);
  const extent = command === 'verify' && names[0] === '--solution' ? 'solution' : 'all';
  const labs = extent === 'solution' ? names.slice(1) : names;
  if (labs.some((name) => name.startsWith('-'))) return complain(USAGE);
  const config = readConfig(process.env);
  if (command === 'verify') return await verify(config, labs, extent);
  if (command === 'matrix') return await printMatrix(config, labs);
  const [name] = names;
  if (command === 'new' && name !== undefined && names.length === 1) return await create(config, name);
  if (command === 'schema' && name === undefined) return await writeSchema(config);
  return complain(USAGE);
}

function complain(message: string): number {
  console.error(message);
  return 2;
}

/** Until Ctrl+C, a request to end, or the end of the terminal: sandboxes are given back first, and a second one does not wait. */
function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => interrupted.abort(new Error('Interrupted.')));
  return interrupted.signal;
}

/** Each line as soon as it is known, and the table at the end. */
async function provisionHere(args: readonly string[]): Promise<number> {
  const wanted = driverName.optional().safeParse(args[0] === '--driver' ? args[1] : undefined);
  if (!wanted.success || (args.length > 0 && (args[0] !== '--driver' || args.length !== 2)))
    return complain(`${USAGE}\nDRIVER is one of ${driverName.options.join(', ')}.`);
  const config = readConfig(process.env);
  const interrupted = untilInterrupted();
  await using temporary = await commandFolder(removeLeft);
  const places = { ...config, dataDir: temporary.path, cacheDir: config.imagesDir };
  const drivers = allDrivers(places);
  await using _ended = endedInTime(drivers);
  const labs = await loadLabs([config.labsDir, ...config.moreLabs]);
  const tell = follow(process.stdout);
  const list = new Checklist((_, line) => tell(line));
  const means = { ...config, repositoryDir, drivers, labs: () => labs };
  await provision(means, wanted.data, list, interrupted);
  console.log(tableText(list.state, process.stdout.isTTY === true));
  return list.state.phase === 'good' ? 0 : 1;
}

async function create({ labsDir }: Config, name: string): Promise<number> {
  const dir = isPath(name) ? resolve(callerDir(), name) : join(labsDir, name);
  await newLab(dir, { dir: join(labsDir, TEMPLATE), schemaPath: join(labsDir, SCHEMA) });
  const shown = relative(callerDir(), dir);
  console.log(`${shown} is a small lab that holds. Change it, and prove it: pnpm labs verify ${name}
See it while you write: RINGLAB_WATCH_LABS=true${isPath(name) ? ` RINGLAB_MORE_LABS=${shown}` : ''} npm start
docs/adding-a-lab.md explains every part.`);
  return 0;
}

async function writeSchema({ labsDir }: Config): Promise<number> {
  await writeFile(join(labsDir, SCHEMA), labSchemaText());
  return 0;
}

/** Where the command was typed: pnpm changes to the repository. */
function callerDir(): string {
  return process.env.INIT_CWD ?? process.cwd();
}

function isPath(name: string): boolean {
  return name.includes('/') || name.includes(sep);
}

/** Proves in real sandboxes that each lab is as it says; a line a lab, and one for each thing that is wrong. */
async function verify(config: Config, names: readonly string[], extent: Extent): Promise<number> {
  const folders = await chosenFolders(config, names);
  if (typeof folders === 'string') return complain(folders);
  const interrupted = untilInterrupted();
  await using temporary = await commandFolder(removeLeft);
  const drivers = availableDrivers({ ...config, dataDir: temporary.path, cacheDir: config.imagesDir });
  await using _ended = endedInTime(drivers);
  const chosen = await firstUsable(drivers);
  if ('why' in chosen)
    return complain(`No sandbox can be made here, so nothing was verified.\n${chosen.why}`);
  const verifier = new Verifier(chosen, config, extent, interrupted);
  return await verifier.verifyAll(folders);
}

/** Drivers that are ended when this is disposed of; with one that is not in time, everything else goes on. */
function endedInTime(drivers: readonly SandboxDriver[]): AsyncDisposable {
  const endAll = async () => {
    await Promise.all(drivers.map((driver) => driver[Symbol.asyncDispose]()));
    return true;
  };
  return {
    [Symbol.asyncDispose]: async () => {
      if ((await within(endAll(), LONGEST_END_MS)) !== undefined) return;
      console.error(`Sandboxes did not end within ${LONGEST_END_MS / 1000} s:\n${await processTable()}`);
      process.exitCode = 1;
    },
  };
}

/** Whom something waits for that does not end. */
async function processTable(): Promise<string> {
  const lines = await processesBelow(process.pid).catch((fault: Error) => [fault.message]);
  return lines.map((line) => `        ${line}`).join('\n');
}

async function printMatrix(config: Config, names: readonly string[]): Promise<number> {
  const folders = await chosenFolders(config, names);
  if (typeof folders === 'string') return complain(folders);
  for (const folder of folders) console.log(await matrixText(await loadLab(folder)));
  return 0;
}

/** The folders of these labs, all for no name; or what is wrong with a name. */
async function chosenFolders(
  { labsDir, moreLabs }: Config,
  names: readonly string[],
): Promise<string[] | string> {
  const paths = names.filter(isPath).map((path) => resolve(callerDir(), path));
  const known = await findLabs([labsDir, ...moreLabs]);
  if (names.length === 0) return known;
  const byName = new Set<string>();
  for (const name of names.filter((each) => !isPath(each))) {
    const fitting = known.filter((folder) => basename(folder).startsWith(name));
    if (fitting.length === 0)
      return `There is no lab "${name}" in ${labsDir}. There are: ${known.map((folder) => basename(folder)).join(', ')}.`;
    for (const folder of fitting) byName.add(folder);
  }
  return await findLabs([...byName, ...paths]);
}

class Verifier {
  readonly #driver: SandboxDriver;
  readonly #status: UsableDriver;
  readonly #config: Config;
  readonly #extent: Extent;
  readonly #signal: AbortSignal;
  #sandboxes = 0;

  constructor({ driver, status }: ChosenDriver, config: Config, extent: Extent, signal: AbortSignal) {
    this.#driver = driver;
    this.#status = status;
    this.#config = config;
    this.#extent = extent;
    this.#signal = signal;
  }

  async verifyAll(folders: readonly string[]): Promise<number> {
    let wrong = 0;
    for (const folder of folders) {
      const startedMs = performance.now();
      const problems = await this.#problems(folder);
      if (typeof problems === 'string') {
        console.log(`not run here: ${basename(folder)}  ${problems}`);
        continue;
      }
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      console.log(`${problems.length === 0 ? 'holds ' : 'WRONG '} ${basename(folder)}  ${seconds} s`);
      for (const problem of problems) console.log(`        ${problem}`);
      wrong += problems.length;
    }
    return wrong === 0 ? 0 : 1;
  }

  /** Or why it cannot be tried here. */
  async #problems(folder: string): Promise<string[] | string> {
    try {
      return await this.#verify(await loadLab(folder));
    } catch (error) {
      if (error instanceof LabFaults) return error.faults.map(describeFault);
      throw error;
    }
  }

  async #verify(lab: Lab): Promise<string[] | string> {
    const { drivers } = lab.needs;
    if (!drivers.includes(this.#driver.name)) return `It needs sandboxes by ${drivers.join(' or ')}.`;
    const noEngine = whyNoEngine(lab.needs, enginesOf(this.#status));
    if (noEngine !== undefined) return noEngine;
    const missing = lab.machines.length > 0 ? await this.#driver.readyMachines?.() : undefined;
    // Who says that everything is here is believed.
    if (missing !== undefined) return process.env.CI === 'true' ? [missing] : missing;
    return await verifyLab(lab, {
      createSandbox: (fittings) => this.#create(lab, fittings),
      extent: this.#extent,
      parallel: availableParallelism(),
      signal: this.#signal,
      onSubject: (subject) => console.log(`  ...   ${lab.slug}: ${subject}`),
      onInconclusive: async (words) => console.log(`AGAIN   ${lab.slug}: ${words}\n${await processTable()}`),
    });
  }

  #create({ slug }: Lab, fittings: SandboxFittings): Promise<Sandbox> {
    const id = `verify-${slug}-${this.#sandboxes++}`;
    return this.#driver.create({ id, limits: this.#config.limits, ...fittings });
  }
}

const code = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof LabFaults) return complain(error.message);
  throw error;
});
process.exitCode ||= code;
// What did not end keeps nobody.
setTimeout(() => process.exit(), LEAVE_MS).unref();
