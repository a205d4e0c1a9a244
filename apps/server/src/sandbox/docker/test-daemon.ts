// SPDX-License-Identifier: BSD-2-Clause
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Daemon } from './daemon.ts';
import type { DockerOptions } from './driver.ts';

const START_AT_MOST_MS = 60_000;
const STOP_AT_MOST_MS = 20_000;
const PREFIX = 'ringlab-dockerd-';
const repositoryDir = resolve(import.meta.dirname, '../../../../..');

/**
 * A Docker daemon of the tests' own, with its containerd: killed, started again and filled up, with nobody else on it. Both
 * are in a world of their own, with its mounts and its processes, which ends with whoever made it, however that ends.
 */
export class TestDaemon implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  readonly #dataMiB: number | undefined;
  #world: ChildProcess | undefined;
  #dockerd: ChildProcess | undefined;

  private constructor(dataMiB: number | undefined) {
    this.#dataMiB = dataMiB;
  }

  /** `dataMiB`: on a disk of that size. */
  static async start({ dataMiB }: { readonly dataMiB?: number } = {}): Promise<TestDaemon> {
    removeLostFolders();
    await using undo = new AsyncDisposableStack();
    const daemon = undo.use(new TestDaemon(dataMiB));
    await daemon.start();
    undo.move();
    return daemon;
  }

  get socketPath(): string {
    return this.#at('docker.sock');
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const socket = this.#at('containerd.sock');
    this.#world ??= this.#spawnWorld(socket);
    await this.#until(() => existsSync(socket), 'containerd', this.#world);
    this.#dockerd = this.#spawn([
      ...['nsenter', `--target=${this.#firstPid()}`, '--mount', '--pid', 'dockerd'],
      ...['--data-root', this.#at('data'), '--exec-root', this.#at('exec'), '--pidfile', this.#at('pid')],
      ...['--containerd', socket, '-H', `unix://${this.socketPath}`],
      ...['--iptables=false', '--ip6tables=false', '--bridge=none'],
    ]);
    const daemon = new Daemon(this.socketPath);
    await this.#until(() => daemon.answers(), 'dockerd', this.#dockerd);
  }

  /** As when it crashes; what runs its containers goes on. */
  async kill(): Promise<void> {
    await this.#endDockerd('SIGKILL');
  }

  /** How many the processes of its world have open. */
  descriptors(): number {
    return this.processes().flatMap((process_) => readdirSync(`${process_}/fd`)).length;
  }

  /** Every process of its world, its own and its containers': their folders in /proc. */
  processes(): string[] {
    const world = `/proc/${this.#firstPid()}/root/proc`;
    const pids = readdirSync(world).filter((name) => /^\d+$/.test(name));
    return pids.map((pid) => `${world}/${pid}`);
  }

  /** A path in its folder, with what is mounted there. */
  inside(name: string): string {
    return `/proc/${this.#firstPid()}/root${this.#at(name)}`;
  }

  /** As where the daemon sees other file systems: an empty folder over that one, for it alone. */
  hide(folder: string): void {
    const there = ['nsenter', `--target=${this.#firstPid()}`, '--mount'];
    execFileSync('env', [...there, 'mount', '-t', 'tmpfs', 'none', folder]);
  }

  /** Of its folder, where it sees them: each path once for each mount. */
  mounts(): string[] {
    const paths = readIfThere(`/proc/${this.#firstPid()}/mounts`).split('\n');
    return paths.map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(this.folder));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.race([this.#endDockerd('SIGTERM'), sleep(STOP_AT_MOST_MS, undefined, { ref: false })]);
    // The last to be told is the first process: with it go all others, and then their mounts.
    if (isAlive(this.#world)) await end(this.#world, this.#firstPid(), 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  #at(name: string): string {
    return join(this.folder, name);
  }

  /** containerd, below a shell that reaps what it leaves. */
  #spawnWorld(socket: string): ChildProcess {
    mkdirSync(this.#at('data'));
    writeFileSync(
      this.#at('containerd.toml'),
      'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n',
    );
    const disk = this.#dataMiB === undefined ? '' : `mount -t tmpfs -o size=${this.#dataMiB}m none "$0" && `;
    return this.#spawn([
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['sh', '-c', `${disk}containerd "$@"; exit`, this.#at('data')],
      ...['--config', this.#at('containerd.toml'), '--address', socket],
      ...['--root', this.#at('data/containerd'), '--state', this.#at('exec-containerd')],
    ]);
  }

  /** Of the world, as seen from here. */
  #firstPid(): number {
    return childOf(this.#world);
  }

  async #endDockerd(signal: NodeJS.Signals): Promise<void> {
    if (isAlive(this.#dockerd)) await end(this.#dockerd, childOf(this.#dockerd), signal);
  }

  /** It is killed when this process is gone. */
  #spawn(argv: readonly string[]): ChildProcess {
    const log = openSync(this.#at('log'), 'a');
    try {
      return spawn('setpriv', ['--pdeathsig', 'KILL', ...argv], { stdio: ['ignore', log, log] });
    } finally {
      closeSync(log);
    }
  }

  async #until(holds: () => boolean | Promise<boolean>, name: string, process_: ChildProcess): Promise<void> {
    for (const startMs = performance.now(); performance.now() - startMs < START_AT_MOST_MS; ) {
      if (await holds()) return;
      if (!isAlive(process_)) break;
      await sleep(50);
    }
    const lines = readIfThere(this.#at('log')).trim().split('\n');
    throw new Error(`${name} does not start:\n${lines.slice(-8).join('\n')}`);
  }
}

function isAlive(process_: ChildProcess | undefined): process_ is ChildProcess {
  return process_ !== undefined && process_.exitCode === null && process_.signalCode === null;
}

/** unshare and nsenter fork once, and wait for what they started. */
function childOf(process_: ChildProcess | undefined): number {
  const pid = process_?.pid;
  return Number.parseInt(readIfThere(`/proc/${pid}/task/${pid}/children`), 10);
}

/** `pid` is the program that it waits for. */
async function end(process_: ChildProcess, pid: number, signal: NodeJS.Signals): Promise<void> {
  const ended = once(process_, 'exit');
  process.kill(pid, signal);
  await ended;
}

/** Of tests that were killed: nothing else of them is left. */
function removeLostFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Why the real thing cannot be tried here; undefined where it can. */
export function missingForDocker(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can start a Docker daemon of its own';
  const missing = ['dockerd', 'mmdebstrap'].find((name) => !isOnPath(name));
  return missing && `${missing} is not installed`;
}

function isOnPath(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}

/** What `contract/` runs, and no more: a small root makes quick tests. */
const PACKAGES = ['gcc', 'libc6-dev', 'make', 'gdb', 'procps', 'iproute2', 'iputils-ping'];

/** Images as `pnpm images build container` leaves them; without those, a small one that is made once and kept. */
function testImagesDir(): string {
  const built = join(repositoryDir, 'images/build');
  if (existsSync(join(built, 'container/manifest.json'))) return built;
  const folder = join(repositoryDir, 'images/build/for-tests');
  const container = join(folder, 'container');
  if (existsSync(join(container, 'manifest.json'))) return folder;
  mkdirSync(container, { recursive: true });
  const root = join(container, 'root.tar');
  execFileSync('mmdebstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, 'bookworm', root], {
    stdio: 'ignore',
  });
  writeManifest(container, statSync(root).size);
  return folder;
}

/** Of a `root.tar` of that many bytes; what is in it nobody compares here. */
export function writeManifest(folder: string, bytes: number, sha256 = 'd'.repeat(64)): void {
  const files = [{ name: 'root.tar', bytes, sha256 }];
  const about = { release: 'bookworm', architecture: 'amd64', packages: [], bytes, budgetBytes: bytes };
  const digest = createHash('sha256').update(`root.tar ${sha256}\n`).digest('hex');
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ shape: 'container', digest, files, ...about }),
  );
}

/** A data folder of its own on that daemon. */
export function dockerTestOptions(dockerSocket: string): DockerOptions & Disposable {
  const dataDir = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  return {
    dataDir,
    dockerSocket,
    unetmapDir: join(repositoryDir, 'packages/unetmap/build'),
    imagesDir: testImagesDir(),
    [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}
