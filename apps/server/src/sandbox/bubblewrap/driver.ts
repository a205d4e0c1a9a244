// SPDX-License-Identifier: BSD-2-Clause
import { join } from 'node:path';
import { type Sandbox, SandboxError } from '@ringlab/labkit';
import { stageAgent } from '../agent/compile.ts';
import { type DriverStatus, refuseMachines, type SandboxDriver, type SandboxSpec } from '../driver.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { Preparation } from '../preparation.ts';
import { tunForAll } from '../tun.ts';
import { type ControlGroups, findControlGroups } from './cgroups.ts';
import { type HeldSandbox, makeSandbox } from './make.ts';
import { RunFolder } from './run-folder.ts';
import { ETC_FILES, stageEtc, stageTools } from './staging.ts';

export interface BubblewrapOptions {
  readonly dataDir: string;
  /** unetmap's build: `bin`, `lib`, `include`. */
  readonly unetmapDir: string;
}

interface Prepared {
  readonly groups: ControlGroups | undefined;
  readonly agentFolder: string;
  readonly etcFolder: string;
  readonly tun: string | undefined;
}

/** Sandboxes out of Linux namespaces: a bwrap process for each, with an agent as its process 1. They end with the server. */
export class BubblewrapDriver implements SandboxDriver {
  readonly name = 'bubblewrap';
  readonly #options: BubblewrapOptions;
  readonly #folder: RunFolder;
  readonly #living = new Set<AsyncDisposable>();
  readonly #preparation = new Preparation(() => this.#prepare());

  constructor(options: BubblewrapOptions) {
    this.#options = options;
    this.#folder = new RunFolder(options.dataDir);
  }

  async probe(): Promise<DriverStatus> {
    try {
      await using sandbox = await this.create({ id: 'probe', limits: DEFAULT_LIMITS });
      const { code, words } = await (await sandbox.exec(['true'])).exit;
      if (code !== 0) return { usable: false, message: `A sandbox starts, but a program in it ${words}.` };
      const { groups } = await this.#preparation.get();
      const by = groups === undefined ? 'process limits and the agent' : 'control groups';
      return { usable: true, engine: 'unetmap', message: `bubblewrap works; limits are held by ${by}.` };
    } catch (error) {
      return { usable: false, message: (error as Error).message };
    }
  }

  async create(spec: SandboxSpec): Promise<Sandbox> {
    return (await this.createHeld(spec)).sandbox;
  }

  /** With the process that holds it, whose only child is the sandbox's first. */
  async createHeld(spec: SandboxSpec): Promise<HeldSandbox> {
    refuseMachines(spec);
    if (spec.engine === 'kernel')
      throw new SandboxError(
        'This lab needs netmap in the kernel, and sandboxes of bubblewrap have unetmap. Set RINGLAB_DRIVER to docker, qemu or ssh, where the kernel there has it.',
      );
    const { groups, ...staged } = await this.#preparation.get();
    const toolsFolder = await stageTools(this.#folder.path, this.#options.unetmapDir);
    const sources = { ...staged, toolsFolder, etcFiles: ETC_FILES };
    const ground = { folder: this.#folder, groups, sources };
    const held = await makeSandbox(spec, ground, () => this.#living.delete(held.sandbox));
    this.#living.add(held.sandbox);
    return held;
  }

  /** Nothing survives the server; what a killed one may have left is removed. */
  async *adopt(): AsyncIterable<Sandbox> {
    await this.#preparation.get();
    yield* [];
  }

  /** Ends every sandbox. */
  async [Symbol.asyncDispose](): Promise<void> {
    const prepared = await this.#preparation.made();
    await Promise.all([...this.#living].map((sandbox) => sandbox[Symbol.asyncDispose]()));
    if (prepared === undefined) return;
    await prepared.groups?.removeAll();
    await this.#folder.remove();
    this.#preparation.forget();
  }

  async #prepare(): Promise<Prepared> {
    await this.#folder.take();
    const { path, name } = this.#folder;
    const groups = await findControlGroups(name, await this.#folder.sweepOthers(), DEFAULT_LIMITS);
    const [agentFolder, etcFolder, tun] = await Promise.all([
      stageAgent(path),
      stageEtc(path),
      tunForAll(join(path, 'tun')),
    ]);
    return { groups, agentFolder, etcFolder, tun };
  }
}
