// SPDX-License-Identifier: BSD-2-Clause
import { randomUUID } from 'node:crypto';
import {
  type ExecOptions,
  type Lab,
  type LabRunProcess,
  type LimitEvent,
  type Sandbox,
  SandboxError,
  type SandboxProcess,
} from '@ringlab/labkit';
import type { ExitStatus, ProcessState, RunState } from '@ringlab/protocol';
import { buildInTerminal } from '../builds/build.ts';
import type { RateWatch } from '../rates/rate-watch.ts';
import { NoSeat } from '../sandbox/driver.ts';
import type { Terminal, TerminalLabel } from '../terminals/terminal.ts';
import { CpuShares } from './cpu-shares.ts';
import type { Queue } from './places.ts';

/** A process that waits for another one's port waits this long, and then starts all the same. */
const PORT_WAIT_MS = 10_000;
/** After SIGINT, so that tools can print what they counted. */
const GRACE_MS = 1500;
/** After SIGKILL; what is not gone then is the sandbox's to clean up. */
const KILL_WAIT_MS = 3000;
/** A sandbox in which something still goes on then does as its programs say, and is given up. */
const STOP_MS = GRACE_MS + KILL_WAIT_MS + 1500;

/** Before a run asks again whose place was none after all. */
const NO_SEAT_MS = 1000;
/** Beside how a program ended. */
const LOST =
  'The sandbox is lost, with what programs wrote in it. Your files are kept. Run again to get a new one.';
/** Some limits are looked at once in a while: a program that ended fast was over its limit all the same. */
const LATE_LIMIT_MS = 3000;

/** What a run needs of the place where it runs. */
export interface RunPlace {
  readonly lab: Lab;
  readonly places: Queue;
  /** The workspace's sandbox, with its files as they are saved now. */
  prepare(): Promise<{ readonly sandbox: Sandbox; readonly rates: RateWatch }>;
  /** Ends the sandbox with everything in it. */
  discard(): Promise<void>;
  openTerminal(label: TerminalLabel): Terminal;
  onChange(state: RunState): void;
}

type Engine = Pick<RunState, 'driver' | 'engine'>;
type Outcome = NonNullable<RunState['outcome']>;

/** One press of Run: waits for its turn, builds, starts the lab's processes in order, and ends them all. */
export class Run {
  readonly done: Promise<void>;
  readonly #place: RunPlace;
  readonly #stop = new AbortController();
  /** Aborted when nothing is left to wait for: stopped, or the attendee's programs ended. */
  readonly #over = new AbortController();
  readonly #running = new Map<string, SandboxProcess>();
  #state: RunState;
  #stoppedByLimit = false;
  #lost = false;

  constructor(place: RunPlace, engine: Engine) {
    this.#place = place;
    const processes: ProcessState[] = place.lab.processes.map(({ name }) => ({ name, state: 'waiting' }));
    this.#state = {
      runId: randomUUID(),
      phase: 'queued',
      ...engine,
      startedAtMs: Date.now(),
      processes,
      diagnostics: [],
      notices: [],
    };
    this.#stop.signal.addEventListener('abort', () => this.#over.abort());
    this.done = this.#go();
  }

  get state(): RunState {
    return this.#state;
  }

  stop(): void {
    if (this.#stop.signal.aborted || this.#state.phase === 'ended') return;
    this.#update({ phase: 'stopping' });
    this.#stop.abort();
    const timer = setTimeout(() => void this.#place.discard(), STOP_MS);
    void this.done.finally(() => clearTimeout(timer));
  }

  /** A limit of the sandbox was crossed while this run went on, or was found to have been a moment later. */
  limit({ limit, words }: LimitEvent): void {
    if (Date.now() - (this.#state.endedAtMs ?? Number.POSITIVE_INFINITY) > LATE_LIMIT_MS) return;
    this.#stoppedByLimit ||= limit === 'memory' || limit === 'wall-clock' || limit === 'file-size';
    this.#notice(words);
  }

  async #go(): Promise<void> {
    // The one who pressed Run is answered first.
    await new Promise(setImmediate);
    try {
      this.#end(await this.#untilOutcome());
    } catch (fault) {
      if (!(fault instanceof SandboxError)) console.error(fault);
      this.#notice(
        fault instanceof SandboxError ? fault.message : 'The server failed at this run; its log says why.',
      );
      this.#end(this.#stop.signal.aborted ? 'stopped' : 'failed');
    }
  }

  async #untilOutcome(): Promise<Outcome> {
    for (;;) {
      const outcome = await this.#inPlace();
      if (outcome !== undefined) return outcome;
      this.#enterPhase('queued');
      await after(NO_SEAT_MS);
    }
  }

  /** Undefined when the place was lost before it could be used. */
  async #inPlace(): Promise<Outcome | undefined> {
    const onPosition = (queuePosition: number) => this.#update({ queuePosition });
    using place = await this.#place.places.enter(this.#stop.signal, onPosition);
    if (!place) return 'stopped';
    this.#enterPhase('preparing');
    const prepared = await this.#place.prepare().catch(unlessNoSeat);
    if (prepared === undefined) return undefined;
    const { sandbox, rates } = prepared;
    // A lab may have asked for another than most get here.
    this.#update({ engine: sandbox.engine });
    if (this.#stop.signal.aborted) return 'stopped';
    const built = await this.#build(sandbox);
    if (this.#stop.signal.aborted) return 'stopped';
    if (!built) return 'build-failed';
    this.#enterPhase('running');
    await this.#runProcesses(sandbox, rates);
    return this.#outcome();
  }

  async #build(sandbox: Sandbox): Promise<boolean> {
    this.#enterPhase('building');
    const terminal = this.#place.openTerminal({ title: 'build', kind: 'build' });
    this.#update({ buildTerminalId: terminal.terminalId });
    const { ok, diagnostics, exit } = await buildInTerminal(
      this.#place.lab,
      sandbox,
      terminal,
      this.#stop.signal,
    );
    this.#update({ diagnostics });
    if (exit.lost) throw new SandboxError(`The build ${exit.words}. ${LOST}`);
    if (!ok && !this.#stop.signal.aborted) this.#notice(`The build ${exit.words}.`);
    return ok;
  }

  async #runProcesses(sandbox: Sandbox, rates: RateWatch): Promise<void> {
    const exits: Promise<void>[] = [];
    using _ = new CpuShares(
      () => this.#running,
      (shares) => this.#measured(shares),
    );
    try {
      for (const process of this.#place.lab.processes) {
        await this.#untilPorts(process, rates);
        if (this.#over.signal.aborted) break;
        exits.push(this.#follow(process, await this.#start(process, sandbox)));
      }
      if (!this.#over.signal.aborted)
        await new Promise((over) => this.#over.signal.addEventListener('abort', over));
    } finally {
      await this.#endProcesses(Promise.all(exits));
    }
  }

  #measured(shares: ReadonlyMap<string, number>): void {
    const changed = this.#state.processes.some(
      ({ name, cpu }) => shares.has(name) && shares.get(name) !== cpu,
    );
    if (!changed || this.#state.phase === 'ended') return;
    const processes = this.#state.processes.map((process) => {
      const cpu = shares.get(process.name);
      return cpu === undefined ? process : { ...process, cpu };
    });
    this.#update({ processes });
  }

  async #untilPorts({ name, waitForPorts }: LabRunProcess, rates: RateWatch): Promise<void> {
    const missing = await rates.untilPorts(waitForPorts, PORT_WAIT_MS, this.#over.signal);
    if (missing.length === 0 || this.#over.signal.aborted) return;
    this.#notice(
      `${name} waited ${PORT_WAIT_MS / 1000} s for ${missing.join(' and ')}, which nobody opened, and starts now.`,
    );
  }

  /** A lab that goes on without its machines has their processes beside the others. */
  #placeOf({ name, namespace, machine }: LabRunProcess, { machinesMissing }: Sandbox): ExecOptions {
    if (machine === undefined || machinesMissing === undefined) return { namespace, machine };
    this.#notice(`${name} runs beside the others, and not in ${machine}. ${machinesMissing}`);
    return { namespace };
  }

  async #start(program: LabRunProcess, sandbox: Sandbox): Promise<Terminal> {
    const { name, argv } = program;
    const terminal = this.#place.openTerminal({ title: name, kind: 'process', process: name });
    const { cols, rows } = terminal.info;
    const process = await sandbox.exec(argv, { pty: { cols, rows }, ...this.#placeOf(program, sandbox) });
    this.#running.set(name, process);
    terminal.connect(process);
    this.#updateProcess(name, { state: 'running', terminalId: terminal.terminalId, startedAtMs: Date.now() });
    return terminal;
  }

  async #follow({ name }: LabRunProcess, terminal: Terminal): Promise<void> {
    const process = this.#running.get(name);
    if (!process) return;
    await terminal.readFrom(process.output);
    const exit = await process.exit;
    this.#running.delete(name);
    terminal.ended(exit);
    this.#updateProcess(name, { state: 'exited', exit, cpu: 0 });
    if (exit.lost) this.#lostWith(`${name} ${exit.words}.`);
    if (this.#isOver()) this.#over.abort();
  }

  /** The attendee's programs are what a run is about: a generator that goes on alone would go on for ever. */
  #isOver(): boolean {
    const ended = (name: string) => this.#processState(name)?.state === 'exited';
    const { processes } = this.#place.lab;
    const own = processes.filter(({ attendee }) => attendee);
    return (
      (own.length > 0 && own.every(({ name }) => ended(name))) || processes.every(({ name }) => ended(name))
    );
  }

  async #endProcesses(exits: Promise<unknown>): Promise<void> {
    if (this.#running.size === 0) return void (await exits);
    this.#update({ phase: 'stopping' });
    const ended = exits.then(() => true);
    for (const process of this.#running.values()) process.kill('SIGINT');
    if (await Promise.race([ended, after(GRACE_MS)])) return;
    for (const process of this.#running.values()) process.kill('SIGKILL');
    await Promise.race([ended, after(KILL_WAIT_MS)]);
  }

  #outcome(): Outcome {
    if (this.#stop.signal.aborted) return 'stopped';
    if (this.#lost) return 'failed';
    const exits = this.#place.lab.processes
      .filter(({ attendee }) => attendee)
      .map(({ name }) => [name, this.#processState(name)?.exit] as const);
    const bad = exits.filter(
      (entry): entry is [string, ExitStatus] => entry[1] !== undefined && entry[1].code !== 0,
    );
    for (const [name, exit] of bad) this.#notice(`${name} ${exit.words}.`);
    if (bad.length === 0) return 'finished';
    return this.#stoppedByLimit ? 'limit' : 'failed';
  }

  #end(outcome: Outcome): void {
    const { queuePosition: _, ...state } = this.#state;
    this.#state = { ...state, phase: 'ended', outcome, endedAtMs: Date.now() };
    this.#place.onChange(this.#state);
  }

  #enterPhase(phase: RunState['phase']): void {
    const { queuePosition: _, ...state } = this.#state;
    this.#state = { ...state, phase: this.#stop.signal.aborted ? 'stopping' : phase };
    this.#place.onChange(this.#state);
  }

  #processState(name: string): ProcessState | undefined {
    return this.#state.processes.find((process) => process.name === name);
  }

  #updateProcess(name: string, patch: Partial<ProcessState>): void {
    const processes = this.#state.processes.map((process) =>
      process.name === name ? { ...process, ...patch } : process,
    );
    this.#update({ processes });
  }

  /** Nothing else that runs there is of use either: the rest is ended. */
  #lostWith(words: string): void {
    this.#lost = true;
    this.#over.abort();
    const others = this.#state.notices.filter((each) => each !== words && each !== LOST);
    this.#update({ notices: [...others, words, LOST] });
  }

  #notice(words: string): void {
    if (!this.#state.notices.includes(words)) this.#update({ notices: [...this.#state.notices, words] });
  }

  #update(patch: Partial<RunState>): void {
    this.#state = { ...this.#state, ...patch };
    this.#place.onChange(this.#state);
  }
}

function unlessNoSeat(fault: unknown): undefined {
  if (!(fault instanceof NoSeat)) throw fault;
}

const after = (ms: number) => new Promise<false>((resolve) => setTimeout(resolve, ms, false));
