// SPDX-License-Identifier: BSD-2-Clause
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Sandbox, SandboxError } from '@ringlab/labkit';
import type { EngineName } from '@ringlab/protocol';
import type { ContainerInfo } from 'dockerode';
import type { HeldOutside } from '../agent/arguments.ts';
import { NETMAP_DEVICE } from '../agent/inside.ts';
import type { AgentSandbox } from '../agent/sandbox.ts';
import { type DriverStatus, refuseMachines, type SandboxDriver, type SandboxSpec } from '../driver.ts';
import { ImageFault } from '../image.ts';
import { jsonIn } from '../json-text.ts';
import { DEFAULT_LIMITS, limitsSchema } from '../limits.ts';
import { Preparation } from '../preparation.ts';
import { containerOptions } from './container.ts';
import { importedImage } from './container-image.ts';
import { Daemon, isMissing, LABEL } from './daemon.ts';
import { DaemonWatch } from './daemon-watch.ts';
import { type GivenTun, givenTun } from './given-tun.ts';
import { takeIdentity } from './identity.ts';
import { reachSandbox } from './reach.ts';
import { readyImage } from './ready-image.ts';
import { freeUser } from './users.ts';

export interface DockerOptions {
  readonly dataDir: string;
  /** unetmap's build: `bin`, `lib`, `include`. */
  readonly unetmapDir: string;
  /** Where `pnpm images build` puts images. */
  readonly imagesDir: string;
  /** Of the daemon; its usual one if not set. */
  readonly dockerSocket?: string | undefined;
  /** Of a daemon as distributions install it. */
  readonly usualSocket?: string;
  /** What the host calls `/dev/netmap`. */
  readonly netmapDevice?: string;
  /** What the host calls `/dev/net/tun`. */
  readonly tunDevice?: string;
}

const BY_ITSELF_MS = 15_000;
const LOOK_PERIOD_MS = 250;
const NEEDS_NAMESPACES =
  ' Network interfaces of a lab need user namespaces in containers: allow them (sysctl user.max_user_namespaces), or set RINGLAB_DRIVER=bubblewrap.';

type EngineSpec = SandboxSpec & { readonly engine: EngineName };

interface Prepared {
  readonly serverKey: string;
  readonly image: string;
  readonly held: HeldOutside;
  readonly tun: GivenTun;
}

/** Sandboxes out of containers of a Docker daemon. They outlive the server: see `adopt`. */
export class DockerDriver implements SandboxDriver {
  readonly name = 'docker';
  readonly image = 'container';
  readonly #options: DockerOptions;
  readonly #daemon: Daemon;
  /** By the container's id. */
  readonly #living = new Map<string, AgentSandbox>();
  /** The users of containers that nobody has reached yet. */
  readonly #making = new Set<number>();
  readonly #preparation = new Preparation(() => this.#prepare());
  #watch: DaemonWatch | undefined;
  #identity: Awaited<ReturnType<typeof takeIdentity>> | undefined;

  constructor(options: DockerOptions) {
    this.#options = options;
    this.#daemon = new Daemon(options.dockerSocket, options.usualSocket);
  }

  async probe(): Promise<DriverStatus> {
    try {
      const { Version } = await this.#daemon.ask((docker) => docker.version());
      await using sandbox = await this.create({ id: 'probe', limits: DEFAULT_LIMITS });
      const { code, words } = await (await sandbox.exec(['true'])).exit;
      if (code !== 0) return { usable: false, message: `A container starts, but a program in it ${words}.` };
      const { held, tun } = await this.#preparation.get();
      const by =
        held.memory && held.processes ? 'control groups' : 'control groups, where it has them, and the agent';
      return {
        usable: true,
        engine: 'unetmap',
        engines: await this.#engines(),
        message: [`docker ${Version} works; limits are held by ${by}.`, tun.problem ?? []].flat().join(' '),
      };
    } catch (error) {
      return { usable: false, message: (error as Error).message, lacksImage: error instanceof ImageFault };
    }
  }

  async create(spec: SandboxSpec): Promise<Sandbox> {
    const engine = spec.engine ?? 'unetmap';
    refuseMachines(spec);
    if (engine === 'kernel') await this.#mustHaveNetmap();
    return await this.#make({ ...spec, engine });
  }

  async rename(sandbox: Sandbox, id: string): Promise<void> {
    const found = [...this.#living].find(([, living]) => living === sandbox);
    if (found === undefined) return;
    const [containerId] = found;
    await this.#daemon.docker
      .getContainer(containerId)
      .rename({ name: nameOf(id, containerId) })
      .catch(() => undefined);
  }

  async *adopt(): AsyncIterable<Sandbox> {
    if (!(await this.#daemon.answers())) return;
    const { serverKey } = await this.#preparation.get();
    for (const container of await this.#daemon.containersOf(serverKey)) {
      if (this.#isInUse(container)) continue;
      const sandbox = await this.#adoptOne(container);
      if (sandbox !== undefined) yield sandbox;
    }
  }

  /** Ends every sandbox. The images stay with the daemon, for the next time. */
  async [Symbol.asyncDispose](): Promise<void> {
    const prepared = await this.#preparation.made();
    await Promise.all([...this.#living.values()].map((sandbox) => sandbox[Symbol.asyncDispose]()));
    if (prepared !== undefined) await this.#removeLost(prepared.serverKey).catch(() => undefined);
    await this.#watch?.[Symbol.asyncDispose]();
    this.#watch = undefined;
    this.#identity?.[Symbol.dispose]();
    this.#identity = undefined;
    this.#preparation.forget();
  }

  async #prepare(): Promise<Prepared> {
    const { dataDir, imagesDir, unetmapDir } = this.#options;
    this.#identity ??= await takeIdentity(dataDir, this.#daemon.socketPath);
    const { serverKey } = this.#identity;
    const info = await this.#daemon.ask((docker) => docker.info());
    const base = await importedImage(this.#daemon, imagesDir);
    const image = await readyImage(this.#daemon, base, unetmapDir);
    this.#watch ??= new DaemonWatch(this.#daemon, serverKey, async (signal) => {
      await this.#goneByItself(serverKey, signal);
      await this.#removeLost(serverKey);
    });
    return {
      serverKey,
      image,
      held: { memory: info.MemoryLimit === true, processes: info.PidsLimit === true },
      tun: await givenTun(this.#daemon, { serverKey, image }, dataDir, this.#options.tunDevice),
    };
  }

  async #make(spec: EngineSpec): Promise<AgentSandbox> {
    const first = await this.#preparation.get();
    try {
      return await this.#tryToMake(spec, first);
    } catch (fault) {
      if (!isMissing(fault))
        throw fault instanceof SandboxError ? fault : new SandboxError(this.#daemon.explain(fault));
    }
    // Somebody removed the image from the daemon: it is made again.
    this.#preparation.forget();
    const again = await this.#preparation.get();
    return await this.#daemon.ask(() => this.#tryToMake(spec, again));
  }

  async #tryToMake(spec: EngineSpec, prepared: Prepared): Promise<AgentSandbox> {
    const user = freeUser(await this.#usersTaken());
    this.#making.add(user);
    try {
      return await this.#reach(await this.#startContainer(spec, prepared, user), spec);
    } finally {
      this.#making.delete(user);
    }
  }

  async #startContainer(
    { id, limits, engine, interfaces = [] }: EngineSpec,
    prepared: Prepared,
    user: number,
  ): Promise<string> {
    const netmapDevice = this.#options.netmapDevice ?? NETMAP_DEVICE;
    const spec = {
      ...prepared,
      tun: prepared.tun.path,
      id,
      limits,
      user,
      engine,
      netmapDevice,
      interfaces,
    };
    const container = await this.#daemon.docker.createContainer(containerOptions(spec));
    try {
      await container.start();
    } catch (fault) {
      await this.#daemon.removeContainer(container.id).catch(() => undefined);
      throw fault;
    }
    return container.id;
  }

  /** Of every server's containers on this daemon. */
  async #usersTaken(): Promise<Set<number>> {
    const filters = JSON.stringify({ label: [LABEL.user] });
    const containers = await this.#daemon.ask((docker) => docker.listContainers({ all: true, filters }));
    return new Set([...this.#making, ...containers.map(({ Labels }) => Number(Labels[LABEL.user]))]);
  }

  async #reach(id: string, spec: EngineSpec): Promise<AgentSandbox> {
    try {
      const sandbox = await reachSandbox(this.#daemon, id, spec, () => this.#living.delete(id));
      this.#living.set(id, sandbox);
      return sandbox;
    } catch (fault) {
      await this.#daemon.removeContainer(id).catch(() => undefined);
      const why = fault instanceof SandboxError ? fault.message : this.#daemon.explain(fault);
      throw new SandboxError(`${why}${(spec.interfaces ?? []).length > 0 ? NEEDS_NAMESPACES : ''}`);
    }
  }

  /** Undefined for one that cannot be used any more, which is gone then. */
  async #adoptOne({ Id, Names, State, Labels }: ContainerInfo): Promise<AgentSandbox | undefined> {
    const limits = limitsSchema.safeParse(jsonIn(Labels[LABEL.limits]));
    const engine: EngineName = Labels[LABEL.engine] === 'kernel' ? 'kernel' : 'unetmap';
    if (State !== 'running' || !limits.success) {
      await this.#daemon.removeContainer(Id).catch(() => undefined);
      return undefined;
    }
    const spec = { id: idIn(Names, Id) ?? Labels[LABEL.sandbox] ?? Id, limits: limits.data, engine };
    return await this.#reach(Id, spec).catch(() => undefined);
  }

  /** A daemon that is just back ends and removes what it finds; who asks it for that meanwhile may wait for ever, and so may it. */
  async #goneByItself(serverKey: string, signal: AbortSignal): Promise<void> {
    const endMs = performance.now() + BY_ITSELF_MS;
    while (performance.now() < endMs && (await this.#lost(serverKey)).length > 0)
      await sleep(LOOK_PERIOD_MS, undefined, { signal });
  }

  async #lost(serverKey: string): Promise<ContainerInfo[]> {
    const all = await this.#daemon.containersOf(serverKey);
    return all.filter((container) => !this.#isInUse(container));
  }

  /** The daemon was away: nothing leads to what was made before it went. Rejects with SandboxError while something of that is left. */
  async #removeLost(serverKey: string): Promise<void> {
    for (const { Id } of await this.#lost(serverKey)) await this.#daemon.removeContainer(Id);
    const [left] = await this.#lost(serverKey);
    if (left !== undefined) throw new SandboxError(`The container ${left.Id} could not be removed.`);
  }

  /** Somebody has it, or waits for it. */
  #isInUse({ Id, Labels }: ContainerInfo): boolean {
    return this.#living.has(Id) || this.#making.has(Number(Labels[LABEL.user]));
  }

  async #engines(): Promise<EngineName[]> {
    const hasNetmap = await this.#mustHaveNetmap().then(
      () => true,
      () => false,
    );
    return hasNetmap ? ['unetmap', 'kernel'] : ['unetmap'];
  }

  async #mustHaveNetmap(): Promise<void> {
    const path = this.#options.netmapDevice ?? NETMAP_DEVICE;
    const found = await stat(path).catch(() => undefined);
    if (found === undefined)
      throw new SandboxError(
        `This lab needs netmap in the kernel, and this machine has no ${path}. Load the module: modprobe netmap`,
      );
    if ((found.mode & 0o006) !== 0o006)
      throw new SandboxError(`Programs in containers may not use ${path}. Allow it: chmod 0666 ${path}`);
  }
}

/** Unlike its labels, a container's name may change; the daemon wants each only once, whoever's it is. */
function nameOf(id: string, containerId: string): string {
  return `ringlab.${id}.${containerId.slice(0, 12)}`;
}

/** Undefined where it has kept the name that the daemon made up. */
function idIn(names: readonly string[], containerId: string): string | undefined {
  const [, id] = /^\/ringlab\.(.+)\.([0-9a-f]{12})$/.exec(names[0] ?? '') ?? [];
  return id !== undefined && names[0] === `/${nameOf(id, containerId)}` ? id : undefined;
}
