// SPDX-License-Identifier: BSD-2-Clause
import {
  type ExecOptions,
  type LimitEvent,
  type LimitName,
  type Sandbox,
  SandboxError,
  type SandboxFile,
  type SandboxProcess,
  type Usage,
} from '@ringlab/labkit';
import type { EngineName, ExitStatus } from '@ringlab/protocol';
import { durationInWords, type Limits, limitInWords } from '../limits.ts';
import type { Control } from './control.ts';
import { type Dial, sandboxEnded } from './dial.ts';
import { type Crash, exitStatus } from './exit-words.ts';
import { FileChannel } from './files.ts';
import { WORKSPACE } from './inside.ts';
import { Program, type ProgramHost } from './program.ts';

const LIMIT_NAMES: ReadonlySet<string> = new Set<LimitName>([
  'memory',
  'processes',
  'disk',
  'open-files',
  'terminals',
  'output-rate',
]);
const TOLD_AGAIN_AFTER_MS = 1000;
const WATCH_PERIOD_MS = 1000;

/** What is counted from outside, where programs cannot reach. */
export interface OutsideCounts {
  usage(): Promise<Pick<Usage, 'memoryBytes' | 'cpuMs'>>;
  /** How many processes the kernel has killed for want of memory. */
  memoryKills(): Promise<number>;
}

/** What a sandbox is made of; the driver made it and undoes it. */
export interface SandboxParts {
  readonly id: string;
  readonly engine: EngineName;
  readonly limits: Limits;
  /** Of every program. */
  readonly environment: Readonly<Record<string, string>>;
  readonly dial: Dial;
  readonly control: Control;
  /** Undefined where only the agent counts. */
  readonly counts: OutsideCounts | undefined;
  /** Why programs ended that nobody stopped, when the sandbox is gone: `stopped: ...`. */
  readonly lostWords?: () => Promise<string>;
  /** Ends every process and removes everything that was made for the sandbox. */
  readonly dismantle: () => Promise<void>;
}

/** A sandbox with an agent in it: everything but how it is made, reached and taken apart. */
export class AgentSandbox implements Sandbox {
  readonly engine: EngineName;
  readonly workspace = WORKSPACE;
  readonly id: string;
  readonly #parts: SandboxParts;
  readonly #listeners: ((event: LimitEvent) => void)[] = [];
  readonly #toldAtMs = new Map<LimitName, number>();
  readonly #host: ProgramHost;
  #memoryKills = 0;
  #watch: NodeJS.Timeout | undefined;
  #dismantled: Promise<void> | undefined;

  constructor(parts: SandboxParts) {
    this.id = parts.id;
    this.engine = parts.engine;
    this.#parts = parts;
    parts.control.onLimit = (name) => this.#limitCrossed(name);
    this.#host = {
      dial: parts.dial,
      kill: (pid, signal) => parts.control.kill(pid, signal),
      cpuMs: (pid) => parts.control.cpuMs(pid),
      onLimit: (name) => this.#limitCrossed(name),
      describeEnd: (status, crash, timedOut) => this.#describeEnd(status, crash, timedOut),
    };
    if (parts.counts !== undefined)
      this.#watch = setInterval(() => void this.#lookForMemoryKills(), WATCH_PERIOD_MS).unref();
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<SandboxProcess> {
    this.#mustBeThere();
    if (argv.length === 0) throw new SandboxError('There is no program to start: the command is empty.');
    if (options.machine !== undefined) throw new SandboxError(`There is no machine ${options.machine} here.`);
    const { wallClockMs } = this.#parts.limits;
    const program = await Program.start(this.#host, {
      argv,
      env: { ...this.#parts.environment, ...options.env },
      pty: options.pty,
      namespace: options.namespace,
      timeoutMs: Math.min(options.timeoutMs ?? wallClockMs, wallClockMs),
    });
    return program;
  }

  async put(files: Iterable<SandboxFile>): Promise<void> {
    this.#mustBeThere();
    using channel = await FileChannel.open(this.#parts.dial);
    await Promise.all(Array.from(files, (file) => channel.put(file)));
  }

  async get(paths: readonly string[]): Promise<SandboxFile[]> {
    this.#mustBeThere();
    using channel = await FileChannel.open(this.#parts.dial);
    const found = await Promise.all(paths.map((path) => channel.get(path)));
    return found.filter((file) => file !== undefined);
  }

  async remove(paths: readonly string[]): Promise<void> {
    this.#mustBeThere();
    using channel = await FileChannel.open(this.#parts.dial);
    await Promise.all(paths.map((path) => channel.remove(path)));
  }

  async usage(): Promise<Usage> {
    const counted = await this.#parts.control.usage();
    return { ...counted, ...(await this.#parts.counts?.usage()) };
  }

  onLimit(listener: (event: LimitEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** `name` may come from inside the sandbox, so it may be anything. */
  #limitCrossed(name: string): void {
    if (LIMIT_NAMES.has(name)) this.#tell(name as LimitName);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watch);
    this.#dismantled ??= this.#parts.dismantle();
    await this.#dismantled;
  }

  #mustBeThere(): void {
    if (this.#dismantled !== undefined) throw sandboxEnded();
  }

  #tell(limit: LimitName): void {
    const nowMs = performance.now();
    if (nowMs - (this.#toldAtMs.get(limit) ?? -Infinity) < TOLD_AGAIN_AFTER_MS) return;
    this.#toldAtMs.set(limit, nowMs);
    const event: LimitEvent = { limit, words: limitInWords(limit, this.#parts.limits) };
    for (const listener of this.#listeners) listener(event);
  }

  async #describeEnd(
    status: number | 'lost',
    crash: Crash | undefined,
    timedOut?: number,
  ): Promise<ExitStatus> {
    if (status === 'lost') return { signal: 'SIGKILL', ...(await this.#lost()) };
    if (timedOut !== undefined) return exitStatus(status, crash, this.#timeIsUp(timedOut));
    const limit = await this.#limitBehind(status);
    return exitStatus(status, crash, limit && this.#stoppedBy(limit));
  }

  async #lost(): Promise<Pick<ExitStatus, 'words' | 'lost'>> {
    if (this.#dismantled !== undefined) return { words: 'stopped: its sandbox was closed' };
    const { lostWords } = this.#parts;
    return { words: (await lostWords?.()) ?? 'stopped: its sandbox ended', lost: true };
  }

  #timeIsUp(timeoutMs: number): string {
    if (timeoutMs === this.#parts.limits.wallClockMs) return this.#stoppedBy('wall-clock');
    return `stopped after ${durationInWords(timeoutMs)}: it had not ended by then`;
  }

  #stoppedBy(limit: LimitName): string {
    this.#tell(limit);
    return `stopped. ${limitInWords(limit, this.#parts.limits)}`;
  }

  async #limitBehind(waitStatus: number): Promise<LimitName | undefined> {
    if (endedBy(waitStatus, 25)) return 'file-size';
    if (endedBy(waitStatus, 9) && (await this.#wasOutOfMemory())) return 'memory';
    return undefined;
  }

  /** The agent tells of a memory limit before it kills; any answer of its then proves that the telling has arrived. */
  async #wasOutOfMemory(): Promise<boolean> {
    if (this.#parts.counts !== undefined) return this.#lookForMemoryKills();
    await this.#parts.control.usage().catch(() => undefined);
    return performance.now() - (this.#toldAtMs.get('memory') ?? -Infinity) < TOLD_AGAIN_AFTER_MS;
  }

  async #lookForMemoryKills(): Promise<boolean> {
    const kills = (await this.#parts.counts?.memoryKills()) ?? 0;
    const more = kills > this.#memoryKills;
    this.#memoryKills = kills;
    if (more) this.#tell('memory');
    return more || performance.now() - (this.#toldAtMs.get('memory') ?? -Infinity) < TOLD_AGAIN_AFTER_MS;
  }
}

/** By that signal, or, as a shell tells of its last program, by exiting with 128 + signal. */
function endedBy(waitStatus: number, signal: number): boolean {
  return (waitStatus & 0x7f) === signal || waitStatus >> 8 === 128 + signal;
}
