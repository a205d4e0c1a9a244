// SPDX-License-Identifier: BSD-2-Clause
import { access, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Limits } from '../limits.ts';

/** Beside the programs there are the agent and a supervisor for each exec. */
const PROCESSES_BESIDE = 64;
/** All sandboxes together against every other process of the machine, when it is busy. */
const ALL_SHARES = 0.5;
/** What the kernel gives to one process without a group: version 1, and 2. */
const ONE_SHARE = { v1: 1024, v2: 100 };
const REMOVE_ATTEMPTS = 100;

export interface GroupUsage {
  readonly memoryBytes: number;
  readonly cpuMs: number;
}

/** One sandbox's control group: one folder in version 2, one for each controller in version 1. */
export interface ControlGroup {
  readonly folders: readonly string[];
  usage(): Promise<GroupUsage>;
  /** How many processes the kernel has killed for want of memory. */
  memoryKills(): Promise<number>;
  /** Kills whatever is left in it. */
  remove(): Promise<void>;
}

export interface ControlGroups {
  create(name: string, limits: Limits): Promise<ControlGroup>;
  /** Removes the groups of all sandboxes, with what runs in them. */
  sweep(): Promise<void>;
  /** The same, and what they stood in. */
  removeAll(): Promise<void>;
}

/** What version 1 and 2 call things. */
interface Dialect {
  /** Controllers' parent folders; the same folder three times in version 2. */
  readonly memory: string;
  readonly pids: string;
  readonly cpu: string;
  readonly cpuUsage: string;
  readonly parentShares: readonly [file: string, value: string];
  memoryLimit(limits: Limits): readonly (readonly [file: string, value: string])[];
  cpuWeight(limits: Limits): readonly [file: string, value: string];
  readonly memoryUsed: string;
  readonly kills: readonly [file: string, pattern: RegExp];
  cpuMs(text: string): number;
  readonly cpuFile: string;
}

/**
 * Undefined where control groups cannot be had; tried for real, by making one. `key` keeps servers apart; the groups of
 * dead ones are removed.
 */
export async function findControlGroups(
  key: string,
  deadKeys: readonly string[],
  limits: Limits,
  allShares = ALL_SHARES,
): Promise<ControlGroups | undefined> {
  // Only root may make groups beside its own.
  if (process.getuid?.() !== 0) return undefined;
  const dialect = (await findV2(key, allShares)) ?? (await findV1(key, allShares));
  if (dialect === undefined) return undefined;
  const groups = new Groups(dialect);
  try {
    await (await groups.create('probe', limits)).remove();
    await groups.sweep();
    await removeDead(dialect, key, deadKeys);
    return groups;
  } catch {
    await groups.removeAll();
    return undefined;
  }
}

class Groups implements ControlGroups {
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  async create(name: string, limits: Limits): Promise<ControlGroup> {
    const group = new Group(this.#dialect, name);
    await group.make(limits);
    return group;
  }

  async sweep(): Promise<void> {
    for (const parent of parentsOf(this.#dialect))
      await Promise.all((await childrenOf(parent)).map((name) => removeFolder(join(parent, name))));
  }

  async removeAll(): Promise<void> {
    await this.sweep();
    await Promise.all(parentsOf(this.#dialect).map(removeFolder));
  }
}

class Group implements ControlGroup {
  readonly #dialect: Dialect;
  readonly #name: string;
  readonly folders: readonly string[];

  constructor(dialect: Dialect, name: string) {
    this.#dialect = dialect;
    this.#name = name;
    this.folders = parentsOf(dialect).map((parent) => join(parent, name));
  }

  async make(limits: Limits): Promise<void> {
    const { memory, pids, cpu, parentShares } = this.#dialect;
    await mkdir(cpu, { recursive: true });
    await writeFile(join(cpu, parentShares[0]), parentShares[1]);
    for (const folder of this.folders) await mkdir(folder, { recursive: true });
    for (const [file, value] of this.#dialect.memoryLimit(limits)) await this.#write(memory, file, value);
    await this.#write(pids, 'pids.max', String(limits.processes + PROCESSES_BESIDE));
    await this.#write(cpu, ...this.#dialect.cpuWeight(limits));
  }

  async usage(): Promise<GroupUsage> {
    const { memory, memoryUsed, cpuUsage, cpuFile, cpuMs } = this.#dialect;
    const [used, cpu] = await Promise.all([this.#read(memory, memoryUsed), this.#read(cpuUsage, cpuFile)]);
    return { memoryBytes: Number(used), cpuMs: cpuMs(cpu) };
  }

  async memoryKills(): Promise<number> {
    const [file, pattern] = this.#dialect.kills;
    const text = await this.#read(this.#dialect.memory, file).catch(() => '');
    return Number(pattern.exec(text)?.[1] ?? 0);
  }

  async remove(): Promise<void> {
    await Promise.all(this.folders.map(removeFolder));
  }

  async #write(parent: string, file: string, value: string): Promise<void> {
    const path = join(parent, this.#name, file);
    // Swap is counted only where the kernel was told to; without it there is nothing to limit.
    if (file.includes('sw') && !(await exists(path))) return;
    await writeFile(path, value);
  }

  async #read(parent: string, file: string): Promise<string> {
    return readFile(join(parent, this.#name, file), 'utf8');
  }
}

function parentsOf(dialect: Dialect): string[] {
  return [...new Set([dialect.memory, dialect.pids, dialect.cpu, dialect.cpuUsage])];
}

async function removeDead(dialect: Dialect, key: string, deadKeys: readonly string[]): Promise<void> {
  const others = (parent: string) => deadKeys.map((dead) => parent.replace(key, dead));
  await Promise.all(
    parentsOf(dialect)
      .flatMap(others)
      .map(async (parent) => {
        for (const name of await childrenOf(parent)) await removeFolder(join(parent, name));
        await removeFolder(parent);
      }),
  );
}

async function findV1(key: string, allShares: number): Promise<Dialect | undefined> {
  const mounts = (await readMounts()).filter((mount) => mount.type === 'cgroup');
  const parent = (controller: string) => {
    const mount = mounts.find(({ options }) => options.includes(controller));
    return mount === undefined ? undefined : join(mount.folder, key);
  };
  const [memory, pids, cpu, cpuUsage] = ['memory', 'pids', 'cpu', 'cpuacct'].map(parent);
  if (!memory || !pids || !cpu || !cpuUsage) return undefined;
  return {
    ...{ memory, pids, cpu, cpuUsage },
    parentShares: ['cpu.shares', String(allShares * ONE_SHARE.v1)],
    memoryLimit: ({ memoryBytes }) => [
      ['memory.limit_in_bytes', String(memoryBytes)],
      ['memory.memsw.limit_in_bytes', String(memoryBytes)],
    ],
    cpuWeight: ({ cpuShare }) => ['cpu.shares', String(Math.max(2, Math.round(1024 * cpuShare)))],
    memoryUsed: 'memory.usage_in_bytes',
    kills: ['memory.oom_control', /^oom_kill (\d+)$/m],
    cpuFile: 'cpuacct.usage',
    cpuMs: (text) => Number(text) / 1e6,
  };
}

async function findV2(key: string, allShares: number): Promise<Dialect | undefined> {
  const root = (await readMounts()).find((mount) => mount.type === 'cgroup2')?.folder;
  const controllers =
    root === undefined ? '' : await readFile(join(root, 'cgroup.controllers'), 'utf8').catch(() => '');
  if (
    root === undefined ||
    !['memory', 'pids', 'cpu'].every((name) => controllers.split(/\s/).includes(name))
  )
    return undefined;
  const parent = join(root, key);
  try {
    await writeFile(join(root, 'cgroup.subtree_control'), '+memory +pids +cpu');
    await mkdir(parent, { recursive: true });
    await writeFile(join(parent, 'cgroup.subtree_control'), '+memory +pids +cpu');
  } catch {
    return undefined;
  }
  return {
    ...{ memory: parent, pids: parent, cpu: parent, cpuUsage: parent },
    parentShares: ['cpu.weight', String(allShares * ONE_SHARE.v2)],
    memoryLimit: ({ memoryBytes }) => [
      ['memory.max', String(memoryBytes)],
      ['memory.swap.max', '0'],
    ],
    cpuWeight: ({ cpuShare }) => [
      'cpu.weight',
      String(Math.min(10_000, Math.max(1, Math.round(100 * cpuShare)))),
    ],
    memoryUsed: 'memory.current',
    kills: ['memory.events', /^oom_kill (\d+)$/m],
    cpuFile: 'cpu.stat',
    cpuMs: (text) => Number(/^usage_usec (\d+)$/m.exec(text)?.[1] ?? 0) / 1000,
  };
}

interface Mount {
  readonly folder: string;
  readonly type: string;
  readonly options: readonly string[];
}

async function readMounts(): Promise<Mount[]> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
  return lines.map((line) => {
    const [, folder = '', type = '', options = ''] = line.split(' ');
    return { folder, type, options: options.split(',') };
  });
}

async function childrenOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The kernel lets go of a group a moment after its last process ended. */
async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++) {
    const failure = await rmdir(folder).catch((error: NodeJS.ErrnoException) => error.code);
    if (failure !== 'EBUSY') return;
    if (attempt > 2) await killAll(folder);
    await sleep(attempt < 10 ? 2 : 20);
  }
}

async function killAll(folder: string): Promise<void> {
  const pids = (await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean);
  for (const pid of pids.map(Number)) {
    try {
      if (pid > 1 && pid !== process.pid) process.kill(pid, 'SIGKILL');
    } catch {
      // It ended on its own.
    }
  }
}
