// SPDX-License-Identifier: BSD-2-Clause
import { forChecks, type Lab, type LimitEvent, type SandboxFile } from '@ringlab/labkit';
import type {
  CheckRunState,
  Curve,
  RateSample,
  RingOrder,
  RunState,
  SlotRef,
  WorkspaceState,
} from '@ringlab/protocol';
import { CheckRun } from '../grading/check-run.ts';
import { CurveHistory } from '../rates/curve-history.ts';
import { RateHistory } from '../rates/history.ts';
import type { Reading } from '../rates/rate-watch.ts';
import { Refusal } from '../refusal.ts';
import { RingInspector } from '../rings/ring-inspector.ts';
import type { WorkspaceKey } from '../store/files.ts';
import type { Store } from '../store/store.ts';
import type { TerminalSize } from '../terminals/screen.ts';
import type { Terminal, TerminalLabel } from '../terminals/terminal.ts';
import { HeldSandbox, type SandboxSource } from './held-sandbox.ts';
import { handingBack, type Queue } from './places.ts';
import type { Room } from './room.ts';
import { Run } from './run.ts';
import { sandboxIdOf } from './survivors.ts';
import type { Terminals } from './terminals.ts';
import type { Watcher, Watchers } from './watchers.ts';
import type { Workspaces } from './workspaces.ts';

/** Until a tab says how large its terminals are. */
const FIRST_SIZE: TerminalSize = { cols: 100, rows: 24 };
const SHELLS = 8;

export interface SessionPlace {
  readonly store: Store;
  readonly watchers: Watchers;
  readonly workspaces: Workspaces;
  readonly terminals: Terminals;
  readonly room: Room;
  readonly source: SandboxSource;
  engine(): Pick<RunState, 'driver' | 'engine'>;
}

/** What goes on in one person's copy of one lab: its sandbox, its run, its check, its terminals and its rates. */
export class LabSession implements AsyncDisposable {
  readonly #key: WorkspaceKey;
  readonly #lab: () => Lab;
  readonly #place: SessionPlace;
  readonly #sandbox: HeldSandbox;
  readonly #history = new RateHistory();
  readonly #curve = new CurveHistory();
  readonly #rings: RingInspector<Watcher>;
  readonly #shells = new Map<Terminal, () => void>();
  #openingShells = 0;
  #runTerminals: Terminal[] = [];
  #run: Run | undefined;
  #check: CheckRun | undefined;
  #latestRates: RateSample | undefined;

  /** `lab`: as it is now, which its author may change. */
  constructor(key: WorkspaceKey, lab: () => Lab, place: SessionPlace) {
    this.#key = key;
    this.#lab = lab;
    this.#place = place;
    this.#rings = new RingInspector((watcher, look) => watcher.send({ type: 'rings', workspace: key, look }));
    this.#sandbox = new HeldSandbox(sandboxIdOf(key), place.source, {
      fittings: lab,
      onReading: (reading) => this.#reading(reading),
      onLimit: (event) => this.#limit(event),
      onSandbox: (sandbox) => this.#rings.enter(sandbox),
    });
  }

  get run(): RunState | undefined {
    return this.#run?.state;
  }

  get check(): CheckRunState | undefined {
    return this.#check?.state;
  }

  get curve(): Curve | undefined {
    return this.#curve.curve;
  }

  /** Something of it is alive that cannot be got back from the store. */
  get isAlive(): boolean {
    return this.#sandbox.exists || this.#isRunning() || this.#isChecking();
  }

  get latestRates(): RateSample | undefined {
    return this.#latestRates;
  }

  startRun(): RunState {
    if (this.#isRunning())
      throw new Refusal('busy', 'This lab runs already. Stop it before you run it again.');
    for (const terminal of this.#runTerminals) this.#place.terminals.close(terminal);
    this.#runTerminals = [];
    this.#run = new Run(
      {
        lab: this.#lab(),
        places: this.#runPlaces(),
        prepare: () => this.#sandbox.with(this.#files()),
        discard: () => this.#sandbox.discard(),
        openTerminal: (label) => this.#openRunTerminal(label),
        onChange: (run) => this.#runChanged(run),
      },
      this.#place.engine(),
    );
    this.#keepRun(this.#run.state);
    this.#place.watchers.publish(this.#key, { type: 'run', workspace: this.#key, run: this.#run.state });
    return this.#run.state;
  }

  stopRun(): void {
    if (!this.#run || !this.#isRunning()) throw new Refusal('no-such-run', 'Nothing runs in this lab.');
    this.#run.stop();
  }

  startCheck(): CheckRunState {
    if (this.#isChecking()) throw new Refusal('busy', 'This lab is being checked already.');
    this.#check = new CheckRun({
      lab: this.#lab(),
      enter: (signal, onPosition) => this.#place.room.checkPlaces.enter(signal, onPosition),
      takeSandbox: (id) => this.#place.source.take(id, { ...forChecks(this.#lab()), machinesOptional: true }),
      files: this.#place.workspaces.files(this.#key),
      onChange: (check) => this.#checkChanged(check),
    });
    this.#keepCheck(this.#check.state);
    this.#place.watchers.publish(this.#key, {
      type: 'check',
      workspace: this.#key,
      check: this.#check.state,
    });
    return this.#check.state;
  }

  stopCheck(): void {
    if (!this.#check || !this.#isChecking())
      throw new Refusal('no-such-run', 'Nothing is being checked in this lab.');
    this.#check.stop();
  }

  /** Files were saved: the sandbox, if there is one, gets them. */
  filesChanged(): void {
    if (this.#sandbox.exists) void this.#sandbox.update(this.#files());
  }

  /** In the sandbox, or in one of its machines. */
  async openShell(size: TerminalSize, machine?: string): Promise<Terminal> {
    if (this.#shells.size + this.#openingShells >= SHELLS)
      throw new Refusal('too-many', `A lab has at most ${SHELLS} shells. Close one first.`);
    if (this.#place.room.seated && !this.#isRunning())
      throw new Refusal('busy', 'Here a shell needs a run beside it: press Run, then open the shell.');
    this.#openingShells++;
    try {
      return await this.#openShell(size, machine);
    } finally {
      this.#openingShells--;
    }
  }

  async #openShell(size: TerminalSize, machine: string | undefined): Promise<Terminal> {
    const { sandbox } = await this.#sandbox.with(this.#files());
    const process = await sandbox.exec(['bash'], { pty: size, machine });
    const terminal = this.#place.terminals.open(
      this.#key,
      { title: machine ?? 'shell', kind: 'shell' },
      size,
    );
    terminal.connect(process);
    this.#shells.set(terminal, () => process.kill('SIGKILL'));
    const follow = async () => {
      await terminal.readFrom(process.output);
      terminal.ended(await process.exit);
    };
    void follow().catch((fault) => console.error(fault));
    return terminal;
  }

  closeTerminal(terminal: Terminal): void {
    if (this.#runTerminals.includes(terminal) && this.#isRunning()) {
      throw new Refusal('busy', 'This terminal belongs to the run. Stop the run first.');
    }
    this.#shells.get(terminal)?.();
    this.#shells.delete(terminal);
    this.#runTerminals = this.#runTerminals.filter((other) => other !== terminal);
    this.#place.terminals.close(terminal);
  }

  rateHistory(): RateSample[] {
    return this.#history.samples();
  }

  /** Rings of these ports, slot by slot, from now on; with none, no more. */
  async watchRings(watcher: Watcher, ports: readonly string[], frame?: SlotRef): Promise<void> {
    if (ports.length > 0) await this.#rings.watch(watcher, ports, frame);
    else this.#rings.unwatch(watcher);
  }

  steerRings(order: RingOrder): void {
    this.#rings.steer(order);
  }

  /** Ends everything in it. What it came to is in the store; its terminals are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#run?.stop();
    this.#check?.stop();
    this.#rings[Symbol.dispose]();
    await Promise.all([this.#run?.done, this.#check?.done]);
    await this.#sandbox[Symbol.asyncDispose]();
    for (const terminal of [...this.#runTerminals, ...this.#shells.keys()])
      this.#place.terminals.close(terminal);
    this.#runTerminals = [];
    this.#shells.clear();
  }

  #runPlaces(): Queue {
    const { room } = this.#place;
    const places = room.runPlaces(this.#lab());
    return room.seated ? handingBack(places, () => this.#sandbox.discard()) : places;
  }

  #isRunning(): boolean {
    return this.#run !== undefined && this.#run.state.phase !== 'ended';
  }

  #isChecking(): boolean {
    return this.#check !== undefined && this.#check.state.phase !== 'ended';
  }

  #files(): SandboxFile[] {
    return this.#place.workspaces.files(this.#key).map(({ path, content }) => ({ path, content }));
  }

  #openRunTerminal(label: TerminalLabel): Terminal {
    const terminal = this.#place.terminals.open(this.#key, label, FIRST_SIZE);
    this.#runTerminals.push(terminal);
    return terminal;
  }

  #limit(event: LimitEvent): void {
    this.#run?.limit(event);
    for (const terminal of this.#shells.keys())
      void terminal.print(Buffer.from(`\r\n\x1b[33m${event.words}\x1b[0m\r\n`));
  }

  #reading({ tMs, ports, points }: Reading): void {
    this.#measured(points);
    const runId = this.#run?.state.runId;
    if (runId === undefined || (ports.length === 0 && !this.#isRunning())) return;
    const sample: RateSample = { runId, tMs, ports };
    this.#latestRates = sample;
    this.#history.add(sample);
    this.#place.watchers.publish(this.#key, { type: 'rates', workspace: this.#key, sample });
  }

  #measured(all: Reading['points']): void {
    const told = this.#lab().toldCurve;
    const points = all.filter((point) => point.told === told).map(({ series, x, y }) => ({ series, x, y }));
    if (!this.#curve.take(points) || this.curve === undefined) return;
    this.#place.watchers.publish(this.#key, { type: 'curve', workspace: this.#key, curve: this.curve });
  }

  #runChanged(run: RunState): void {
    this.#rings.letEnd(run.phase === 'stopping');
    if (run.phase === 'ended') this.#keepRun(run);
    this.#place.watchers.publish(this.#key, { type: 'run', workspace: this.#key, run });
  }

  #checkChanged(check: CheckRunState): void {
    if (check.phase === 'ended') this.#keepCheck(check);
    this.#place.watchers.publish(this.#key, { type: 'check', workspace: this.#key, check });
  }

  #keepRun(run: RunState): void {
    const { store } = this.#place;
    store.write(() => store.results.putRun(this.#key, run)).catch((fault) => console.error(fault));
  }

  #keepCheck(check: CheckRunState): void {
    const { store } = this.#place;
    store.write(() => store.results.putCheck(this.#key, check)).catch((fault) => console.error(fault));
  }
}

/** What of a workspace changes, but for its files. */
export type LiveState = Pick<WorkspaceState, 'run' | 'check' | 'curve' | 'terminals'>;
