// SPDX-License-Identifier: BSD-2-Clause
import { setTimeout as delay } from 'node:timers/promises';
import type { NmstatPort } from '@ringlab/netmap-bindings/layout';
import type { Namespace, Sandbox } from '../sandbox.ts';
import type { CheckContext, Exchanged, ExchangePlan, Place } from './context.ts';
import { CounterReader, type Counters } from './counters.ts';
import { counterName, exchange } from './exchange.ts';
import { CheckFailure } from './failure.ts';
import { Program } from './program.ts';
import { type Failure, failed } from './verdict.ts';
import { retry } from './wait.ts';
import { lastWords, requireRunning } from './words.ts';

const GIVE_UP_MS = 4000;
const OPEN_MS = 5000;
/** Machines may be emulated. */
const OPEN_IN_MACHINE_MS = 20_000;
const FOLDER = '.ringlab-check';

/** A check's context over a real sandbox. Disposing it stops every program and waits until their ports are gone. */
export class SandboxContext implements CheckContext, AsyncDisposable {
  readonly signal: AbortSignal;
  readonly #sandbox: Sandbox;
  readonly #counterReader: CounterReader;
  readonly #machineReaders = new Map<string, Promise<CounterReader>>();
  readonly #programs: Program[] = [];
  #folders = 0;

  private constructor(sandbox: Sandbox, counterReader: CounterReader, signal: AbortSignal) {
    this.#sandbox = sandbox;
    this.#counterReader = counterReader;
    this.signal = signal;
  }

  static async open(sandbox: Sandbox, signal: AbortSignal): Promise<SandboxContext> {
    return new SandboxContext(sandbox, await CounterReader.open(sandbox), signal);
  }

  start(argv: readonly string[], place: Namespace | Place = 'here'): Promise<Program> {
    return forLater(this.#start(argv, place));
  }

  startWithPorts(
    argv: readonly string[],
    ports: readonly string[],
    place: Pick<Place, 'machine'> = {},
  ): Promise<Program> {
    return forLater(this.#startWithPorts(argv, ports, place));
  }

  async #start(argv: readonly string[], place: Namespace | Place): Promise<Program> {
    this.signal.throwIfAborted();
    const options = typeof place === 'string' ? { namespace: place } : place;
    const program = await Program.start(this.#sandbox, argv, options);
    this.#programs.push(program);
    return program;
  }

  async #startWithPorts(
    argv: readonly string[],
    ports: readonly string[],
    { machine }: Pick<Place, 'machine'>,
  ): Promise<Program> {
    const program = await this.#start(argv, { machine });
    const open = (counters: Counters) => ports.every((port) => counters.isOpen(port));
    const opened = await retry(
      async () => {
        requireRunning(program);
        return open(await this.counters(machine)) ? true : undefined;
      },
      { giveUpMs: machine === undefined ? OPEN_MS : OPEN_IN_MACHINE_MS, signal: this.signal },
    );
    if (opened !== true) throw new CheckFailure(neverOpened(program, ports));
    return program;
  }

  async exchange(plan: ExchangePlan): Promise<Exchanged> {
    const folder = this.#nextFolder();
    return await exchange(plan, {
      sandbox: this.#sandbox,
      folder,
      signal: this.signal,
      readCounters: () => this.counters(),
    });
  }

  async counters(machine?: string): Promise<Counters> {
    if (machine === undefined) return await this.#counterReader.read();
    const reader = this.#machineReaders.get(machine) ?? CounterReader.open(this.#sandbox, machine);
    this.#machineReaders.set(machine, reader);
    return await (await reader).read();
  }

  async until(condition: (counters: Counters) => boolean, giveUpMs = GIVE_UP_MS): Promise<boolean> {
    const attempt = async () => (condition(await this.counters()) ? true : undefined);
    return (await retry(attempt, { giveUpMs, signal: this.signal })) ?? false;
  }

  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.signal });
  }

  async put(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
    const folder = this.#nextFolder();
    await this.#sandbox.put(
      Object.entries(files).map(([path, content]) => ({ path: `${folder}/${path}`, content })),
    );
    return folder;
  }

  #nextFolder(): string {
    return `${FOLDER}/${this.#folders++}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program[Symbol.asyncDispose]()));
    await using readers = new AsyncDisposableStack();
    readers.use(this.#counterReader);
    for (const reader of this.#machineReaders.values()) readers.use(await reader);
    await this.#portsGone();
    await this.#sandbox.remove([FOLDER]);
  }

  /** The machines' ports stay, and with an end of a pipe its other one. */
  #isStanding({ name, users }: NmstatPort): boolean {
    const { machines = [] } = this.#sandbox;
    const standing = machines.flatMap(({ ports }) => ports.map(({ port }) => counterName(port)));
    return standing.includes(name) || (users === 0 && standing.includes(otherEnd(name)));
  }

  /** Not bound to the signal: whoever stops a check wants the sandbox clean, too. */
  async #portsGone(): Promise<void> {
    const gone = await retry(
      async () =>
        (await this.counters()).sample.ports.every((port) => this.#isStanding(port)) ? true : undefined,
      {
        giveUpMs: GIVE_UP_MS,
        signal: new AbortController().signal,
      },
    );
    if (gone !== true) throw new Error('Ports stayed open after every program of the check had ended.');
  }
}

/** A check may begin what it waits for later, and be over before: a failure that nobody waits for is not the server's. */
function forLater<T>(begun: Promise<T>): Promise<T> {
  begun.catch(() => {});
  return begun;
}

/** The other end of a pipe, which is listed as long as this one is open. */
function otherEnd(port: string): string {
  return port.replace(/[{}]/, (end) => (end === '{' ? '}' : '{'));
}

function neverOpened(program: Program, ports: readonly string[]): Failure {
  return failed(
    `The program did not open ${ports.join(' and ')} within ${OPEN_MS / 1000} s.${lastWords(program)}`,
    'port-missing',
  );
}
