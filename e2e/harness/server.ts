// SPDX-License-Identifier: BSD-2-Clause
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const ROOT = join(import.meta.dirname, '../..');
const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 10_000;

export interface ServerOptions {
  /** 0, the default, takes a free one, which later starts keep. */
  readonly port?: number;
  /** Made, and removed with the server, when it is left out. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** As the server prints them when it is ready. */
export interface Links {
  readonly attendee: string;
  readonly instructor: string;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** A Ringlab server in a process of its own: the production build, on data of its own. */
export class Server implements AsyncDisposable {
  readonly dataDir: string;
  readonly #options: ServerOptions;
  #child: Child | undefined;
  #links: Links | undefined;
  #output: string[] = [];

  private constructor(dataDir: string, options: ServerOptions) {
    this.dataDir = dataDir;
    this.#options = options;
  }

  static async start(options: ServerOptions = {}): Promise<Server> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'ringlab-data-')));
    const server = new Server(dataDir, options);
    await server.startAgain();
    return server;
  }

  /** On the same data and, after the first time, on the same port. */
  async startAgain(): Promise<void> {
    const port = this.#links === undefined ? (this.#options.port ?? 0) : Number(new URL(this.url).port);
    this.#output = [];
    this.#child = spawn(join(ROOT, 'node_modules/.bin/node'), ['apps/server/src/main.ts'], {
      cwd: ROOT,
      env: {
        ...process.env,
        ...this.#options.env,
        RINGLAB_PORT: String(port),
        RINGLAB_DATA_DIR: this.dataDir,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#links = await this.#ready(this.#child);
  }

  get links(): Links {
    if (this.#links === undefined) throw new Error('The server is not ready.');
    return this.#links;
  }

  /** `http://127.0.0.1:PORT` */
  get url(): string {
    return new URL(this.links.attendee).origin;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** The pids of the QEMUs that it runs. */
  virtualMachines(): number[] {
    const isOne = (pid: string) => {
      const [comm = '', , parent] = /^\d+ \((.*)\) (\S) (\d+) /.exec(statOf(pid))?.slice(1) ?? [];
      return comm.startsWith('qemu-system') && Number(parent) === this.pid;
    };
    return readdirSync('/proc').filter(isOne).map(Number);
  }

  /** Everything printed since the latest start. */
  get output(): string {
    return this.#output.join('\n');
  }

  /** As a crash would end it: it gets no chance to say goodbye. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGTERM');
    if (this.#options.dataDir === undefined) await rm(this.dataDir, { recursive: true, force: true });
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(impatience);
  }

  #ready(child: Child): Promise<Links> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        child.kill('SIGKILL');
        reject(new Error(`The server ${why}:\n${this.output}`));
      };
      const timer = setTimeout(() => fail(`was not ready after ${READY_TIMEOUT_MS} ms`), READY_TIMEOUT_MS);
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
      for (const stream of [child.stdout, child.stderr]) {
        createInterface(stream).on('line', (line) => {
          this.#output.push(line);
          const links = linksIn(this.output);
          if (links === undefined) return;
          clearTimeout(timer);
          resolve(links);
        });
      }
    });
  }
}

/** Empty for a process that has gone, and for what is none. */
function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

function linksIn(output: string): Links | undefined {
  const attendee = /^\s*Attendees:\s+(\S+)/m.exec(output)?.[1];
  const instructor = /^\s*Instructor:\s+(\S+)/m.exec(output)?.[1];
  return attendee && instructor ? { attendee, instructor } : undefined;
}
