// SPDX-License-Identifier: BSD-2-Clause
import type { RunState } from '@ringlab/protocol';
import type { WorkspaceKey } from '../store/files.ts';
import type { Course } from './course.ts';
import { LabSession, type LiveState, type SessionPlace } from './lab-session.ts';
import { keyText } from './watchers.ts';

interface Entry {
  readonly key: WorkspaceKey;
  readonly session: LabSession;
  idleTimer?: NodeJS.Timeout | undefined;
}

/** Every session that is alive. One that nobody looks at for long enough ends. */
export class LabSessions implements AsyncDisposable {
  readonly #course: Course;
  readonly #place: SessionPlace;
  readonly #idleTimeoutMs: number;
  readonly #entries = new Map<string, Entry>();

  constructor(course: Course, place: SessionPlace, idleTimeoutMs: number) {
    this.#course = course;
    this.#place = place;
    this.#idleTimeoutMs = idleTimeoutMs;
  }

  at(key: WorkspaceKey): LabSession {
    const there = this.#entries.get(keyText(key));
    if (there) return there.session;
    this.#course.lab(key.lab);
    const session = new LabSession(key, () => this.#course.lab(key.lab), this.#place);
    this.#entries.set(keyText(key), { key, session });
    if (!this.#place.watchers.isWatched(key)) this.unwatched(key);
    return session;
  }

  peek(key: WorkspaceKey): LabSession | undefined {
    return this.#entries.get(keyText(key))?.session;
  }

  /** Sessions of one person, with the lab of each. */
  of(personId: string): { readonly lab: string; readonly session: LabSession }[] {
    const own = [...this.#entries.values()].filter(({ key }) => key.personId === personId);
    return own.map(({ key, session }) => ({ lab: key.lab, session }));
  }

  /** What is going on, or what it last came to. */
  state(key: WorkspaceKey): LiveState {
    const session = this.peek(key);
    const run = session?.run ?? withoutTerminals(this.#place.store.results.latestRun(key));
    const check = session?.check ?? this.#place.store.results.latestCheck(key);
    const curve = session?.curve;
    return {
      ...(run && { run }),
      ...(check && { check }),
      ...(curve && { curve }),
      terminals: this.#place.terminals.infos(key),
    };
  }

  watched(key: WorkspaceKey): void {
    if (this.#course.lab(key.lab).machines.length > 0) this.#place.source.expectMachines();
    const entry = this.#entries.get(keyText(key));
    clearTimeout(entry?.idleTimer);
  }

  /** A tab closed it; when it was the last one and none comes back in time, the session ends. */
  unwatched(key: WorkspaceKey): void {
    const entry = this.#entries.get(keyText(key));
    if (!entry || this.#place.watchers.isWatched(key)) return;
    clearTimeout(entry.idleTimer);
    entry.idleTimer = setTimeout(() => void this.#end(entry), this.#idleTimeoutMs).unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => this.#end(entry)));
  }

  async #end({ key, session, idleTimer }: Entry): Promise<void> {
    clearTimeout(idleTimer);
    this.#entries.delete(keyText(key));
    await session[Symbol.asyncDispose]().catch((fault: unknown) => console.error(fault));
  }
}

/** The terminals of a session that ended are not there any more. */
function withoutTerminals(run: RunState | undefined): RunState | undefined {
  if (!run) return undefined;
  const { buildTerminalId: _, ...state } = run;
  return { ...state, processes: state.processes.map(({ terminalId: __, ...process }) => process) };
}
