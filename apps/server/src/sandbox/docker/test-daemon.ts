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
const repositoryDir = resolve(import.meta.dirname, '../../../../..');

/** A Docker daemon of the tests' own, with its containerd: killed, started again and filled up, with nobody else on it. */
export class TestDaemon implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'ringlab-dockerd-'));
  #containerd: ChildProcess | undefined;
  #dockerd: ChildProcess | undefined;

  private constructor() {}

  /** `dataMiB`: on a disk of that size. */
  static async start({ dataMiB }: { readonly dataMiB?: number } = {}): Promise<TestDaemon> {
    const daemon = new TestDaemon();
    const data = daemon.#at('data');
    mkdirSync(data);
    if (dataMiB !== undefined) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${dataMiB}m`, 'none', data]);
    writeFileSync(
      daemon.#at('containerd.toml'),
      'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n',
    );
    await daemon.start();
    return daemon;
  }

  get socketPath(): string {
    return this.#at('docker.sock');
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const socket = this.#at('containerd.sock');
    const config = ['--config', this.#at('containerd.toml'), '--address', socket];
    this.#containerd ??= this.#spawn('containerd', [
      ...config,
      ...['--root', this.#at('data/containerd'), '--state', this.#at('exec-containerd')],
    ]);
    await this.#until(() => existsSync(socket), 'containerd', this.#containerd);
    this.#dockerd = this.#spawn('dockerd', [
      ...['--data-root', this.#at('data'), '--exec-root', this.#at('exec'), '--pidfile', this.#at('pid')],
      ...['--containerd', socket, '-H', `unix://${this.socketPath}`],
      ...['--iptables=false', '--ip6tables=false', '--bridge=none'],
    ]);
    const daemon = new Daemon(this.socketPath);
    await this.#until(() => daemon.answers(), 'dockerd', this.#dockerd);
  }

  /** As when it crashes; what runs its containers goes on. */
  async kill(): Promise<void> {
    await end(this.#dockerd, 'SIGKILL');
  }

  /** How many the daemon has open. */
  descriptors(): number {
    return readdirSync(`/proc/${this.#dockerd?.pid}/fd`).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#dockerd, 'SIGTERM');
    await end(this.#containerd, 'SIGTERM');
    this.#unmount();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #at(name: string): string {
    return join(this.folder, name);
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    const log = openSync(this.#at('log'), 'a');
    try {
      return spawn(program, args, { stdio: ['ignore', log, log] });
    } finally {
      closeSync(log);
    }
  }

  async #until(holds: () => boolean | Promise<boolean>, name: string, process_: ChildProcess): Promise<void> {
    for (const startMs = performance.now(); performance.now() - startMs < START_AT_MOST_MS; ) {
      if (await holds()) return;
      if (process_.exitCode !== null) break;
      await sleep(50);
    }
    const lines = readIfThere(this.#at('log')).trim().split('\n');
    throw new Error(`${name} does not start:\n${lines.slice(-8).join('\n')}`);
  }

  /** A daemon that is killed leaves the mounts of its containers, and one of its data folder onto itself. */
  #unmount(): void {
    const mounts = readIfThere('/proc/self/mounts')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '');
    for (const path of mounts.filter((path) => path.startsWith(this.folder)).reverse())
      execFileSync('umount', ['-l', path]);
  }
}

async function end(process_: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (process_ === undefined || process_.exitCode !== null || process_.signalCode !== null) return;
  const ended = once(process_, 'exit');
  process_.kill(signal);
  await ended;
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
const PACKAGES = ['gcc', 'libc6-dev', 'make', 'gdb', 'procps', 'iproute2'];

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
