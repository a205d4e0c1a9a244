// SPDX-License-Identifier: BSD-2-Clause
/**
 * `pnpm labs verify [LAB...]`: proves in real sandboxes that each lab is as it says. A lab is named by its folder's name, or
 * the beginning of it: `03`. Prints a line a lab, and a line for each thing that is wrong; exits with 1 then, and with 2 when it
 * cannot even try.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  describeFault,
  type Lab,
  LabFaults,
  labFolders,
  loadLab,
  type Sandbox,
  verifyLab,
} from '@ringlab/labkit';
import { type Config, readConfig } from './config.ts';
import type { SandboxDriver } from './sandbox/driver.ts';
import { availableDrivers, firstUsable } from './sandbox/drivers.ts';

const USAGE = 'usage: pnpm labs verify [LAB...]';

async function main([command, ...names]: readonly string[]): Promise<number> {
  if (command !== 'verify' || names.some((name) => name.startsWith('-'))) return complain(USAGE);
  const config = readConfig(process.env);
  const folders = await chosenFolders(config, names);
  if (typeof folders === 'string') return complain(folders);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('Interrupted.')));
  await using temporary = await temporaryFolder();
  await using drivers = new AsyncDisposableStack();
  const chosen = await firstUsable(
    availableDrivers({ ...config, dataDir: temporary.path }).map((driver) => drivers.use(driver)),
  );
  if ('why' in chosen)
    return complain(`No sandbox can be made here, so nothing was verified.\n${chosen.why}`);
  const verifier = new Verifier(chosen.driver, config, interrupted.signal);
  return await verifier.verifyAll(folders);
}

function complain(message: string): number {
  console.error(message);
  return 2;
}

/** The folders of these labs, all for no name; or what is wrong with a name. */
async function chosenFolders({ labsDir }: Config, names: readonly string[]): Promise<string[] | string> {
  const all = await labFolders(labsDir);
  const wanted = (folder: string) =>
    names.length === 0 || names.some((name) => basename(folder).startsWith(name));
  const unknown = names.find((name) => !all.some((folder) => basename(folder).startsWith(name)));
  if (unknown === undefined) return all.filter(wanted);
  return `There is no lab "${unknown}" in ${labsDir}. There are: ${all.map((folder) => basename(folder)).join(', ')}.`;
}

/** Sandboxes of a server that runs meanwhile are none of ours: a data folder belongs to one process. */
async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'ringlab-verify-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

class Verifier {
  readonly #driver: SandboxDriver;
  readonly #config: Config;
  readonly #signal: AbortSignal;
  #sandboxes = 0;

  constructor(driver: SandboxDriver, config: Config, signal: AbortSignal) {
    this.#driver = driver;
    this.#config = config;
    this.#signal = signal;
  }

  async verifyAll(folders: readonly string[]): Promise<number> {
    let wrong = 0;
    for (const folder of folders) {
      const startedMs = performance.now();
      const problems = await this.#problems(folder);
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      console.log(`${problems.length === 0 ? 'holds ' : 'WRONG '} ${basename(folder)}  ${seconds} s`);
      for (const problem of problems) console.log(`        ${problem}`);
      wrong += problems.length;
    }
    return wrong === 0 ? 0 : 1;
  }

  async #problems(folder: string): Promise<string[]> {
    try {
      return await this.#verify(await loadLab(folder));
    } catch (error) {
      if (error instanceof LabFaults) return error.faults.map(describeFault);
      throw error;
    }
  }

  async #verify(lab: Lab): Promise<string[]> {
    if (!lab.needs.drivers.includes(this.#driver.name)) return [];
    return await verifyLab(lab, {
      createSandbox: () => this.#create(lab),
      extent: 'all',
      parallel: availableParallelism(),
      signal: this.#signal,
      onSubject: (subject) => console.log(`  ...   ${lab.slug}: ${subject}`),
    });
  }

  #create({ slug }: Lab): Promise<Sandbox> {
    return this.#driver.create({ id: `verify-${slug}-${this.#sandboxes++}`, limits: this.#config.limits });
  }
}

process.exitCode = await main(process.argv.slice(2));
