// SPDX-License-Identifier: BSD-2-Clause
import { randomUUID } from 'node:crypto';
import {
  buildLab,
  type Lab,
  LONGEST_TRY_MS,
  runChecks,
  type Sandbox,
  SandboxError,
  type SandboxFile,
  unlessAborted,
} from '@ringlab/labkit';
import type { CheckResult, CheckRunState, WorkspaceFile } from '@ringlab/protocol';
import { firstComplaint } from '../builds/build.ts';
import { durationInWords } from '../sandbox/limits.ts';

export interface CheckPlace {
  readonly lab: Lab;
  /** Resolves with a place among what runs at the same time, or with undefined when `signal` is aborted before. */
  enter(signal: AbortSignal, onPosition: (position: number) => void): Promise<Disposable | undefined>;
  takeSandbox(id: string): Promise<Sandbox>;
  /** The workspace as it is saved now: what is judged. */
  readonly files: readonly WorkspaceFile[];
  onChange(state: CheckRunState): void;
  /** Build and checks together take no longer: others wait for the place, and a program can stop what judges it. */
  readonly longestMs?: number;
}

/** One press of Check: builds and judges the saved files in a sandbox of its own, where nothing else ever ran. */
export class CheckRun {
  readonly done: Promise<void>;
  readonly #place: CheckPlace;
  readonly #stop = new AbortController();
  #tookTooLong = false;
  #state: CheckRunState;

  constructor(place: CheckPlace) {
    this.#place = place;
    const { checks, optional } = place.lab;
    const results = checks.map(
      ({ id, title }): CheckResult => ({
        id,
        title,
        ...(optional.has(id) && { optional: true }),
        state: 'waiting',
      }),
    );
    const versions = Object.fromEntries(place.files.map(({ path, version }) => [path, version]));
    const startedAtMs = Date.now();
    this.#state = {
      checkRunId: randomUUID(),
      phase: 'preparing',
      startedAtMs,
      results,
      passed: false,
      versions,
    };
    this.done = this.#go();
  }

  get state(): CheckRunState {
    return this.#state;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #go(): Promise<void> {
    // The one who pressed Check is answered first.
    await new Promise(setImmediate);
    try {
      this.#end(await this.#untilJudged());
    } catch (fault) {
      if (!(fault instanceof SandboxError) && !this.#stop.signal.aborted) console.error(fault);
      this.#end(this.#stop.signal.aborted ? this.#whyStopped() : wordsOf(fault));
    }
  }

  /** Resolves with why there is no judgment, or undefined when there is one. */
  async #untilJudged(): Promise<string | undefined> {
    const { signal } = this.#stop;
    using place = await this.#place.enter(signal, (position) => this.#waits(position));
    if (!place) return 'Stopped before it began.';
    const { message: _, ...state } = this.#state;
    this.#state = state;
    using _limit = this.#timeLimit();
    await using sandbox = await this.#place.takeSandbox(`check-${this.#state.checkRunId}`);
    return await unlessAborted(this.#judge(sandbox), signal);
  }

  #timeLimit(): Disposable {
    const timer = setTimeout(() => {
      this.#tookTooLong = true;
      this.#stop.abort();
    }, this.#place.longestMs ?? LONGEST_TRY_MS);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }

  #whyStopped(): string {
    if (!this.#tookTooLong) return 'Stopped before all was checked.';
    const words = durationInWords(this.#place.longestMs ?? LONGEST_TRY_MS);
    return `Stopped after ${words}, before all was checked: nothing ended by itself.`;
  }

  async #judge(sandbox: Sandbox): Promise<string | undefined> {
    const { signal } = this.#stop;
    await sandbox.put(this.#place.files.map(({ path, content }): SandboxFile => ({ path, content })));
    signal.throwIfAborted();
    const limits: string[] = [];
    sandbox.onLimit(({ words }) => limits.push(words));
    this.#update({ phase: 'building' });
    const build = await buildLab(this.#place.lab, sandbox, { signal });
    signal.throwIfAborted();
    if (build.exit.lost) throw cutShort(`The build ${build.exit.words}. Check again.`);
    if (!build.ok) return `It does not build, so nothing was checked. ${firstComplaint(build)}`;
    this.#update({ phase: 'checking' });
    const onResult = (result: CheckResult) => this.#judged(result);
    await runChecks(this.#place.lab, sandbox, { signal, onResult }).catch((fault: unknown) => {
      throw fault instanceof SandboxError ? cutShort(fault.message) : fault;
    });
    return limits[0];
  }

  #judged(result: CheckResult): void {
    if (this.#state.phase === 'ended') return;
    this.#update({ results: this.#state.results.map((other) => (other.id === result.id ? result : other)) });
  }

  #waits(position: number): void {
    this.#update({ message: `Waiting for a free place: number ${position} in the queue.` });
  }

  #end(message: string | undefined): void {
    const results = this.#state.results.map((result) =>
      result.state === 'waiting' || result.state === 'running'
        ? { ...result, state: 'skipped' as const }
        : result,
    );
    const passed = results.every(({ state, optional }) => optional === true || state === 'passed');
    this.#update({ phase: 'ended', endedAtMs: Date.now(), results, passed, ...(message && { message }) });
  }

  #update(patch: Partial<CheckRunState>): void {
    this.#state = { ...this.#state, ...patch };
    this.#place.onChange(this.#state);
  }
}

/** By the end of its sandbox. */
function cutShort(why: string): SandboxError {
  return new SandboxError(`This check was cut short, and says nothing about your program. ${why}`);
}

const wordsOf = (fault: unknown) =>
  fault instanceof SandboxError
    ? fault.message
    : 'The server failed at this check; its log says why. Try again.';
