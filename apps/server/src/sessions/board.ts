// SPDX-License-Identifier: BSD-2-Clause
import type { BoardCell, BoardRow, Board as BoardState, Person, RunState } from '@ringlab/protocol';
import type { SeenPerson } from '../store/people.ts';
import type { Store } from '../store/store.ts';
import { type Course, passedCount } from './course.ts';
import type { LabSession } from './lab-session.ts';
import type { LabSessions } from './lab-sessions.ts';
import type { Watcher, Watchers } from './watchers.ts';

const TELL_MS = 1000;

export interface BoardSources {
  readonly store: Store;
  readonly course: Course;
  readonly sessions: LabSessions;
  readonly watchers: Watchers;
  readonly courseCode: string;
  /** Tells all tabs that the list of labs is another one now. */
  tellLabsChanged(): void;
}

/** The instructor's board: who is here, where, how far, and what runs. Told once a second while it changes. */
export class Board implements Disposable {
  readonly #sources: BoardSources;
  readonly #viewers = new Set<Watcher>();
  readonly #tabs = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #told = '';

  constructor(sources: BoardSources) {
    this.#sources = sources;
  }

  open(viewer: Watcher): void {
    this.#viewers.add(viewer);
    this.#timer ??= setInterval(() => this.#tell(), TELL_MS).unref();
  }

  close(viewer: Watcher): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size === 0) this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  arrived({ personId }: Person): void {
    this.#tabs.set(personId, (this.#tabs.get(personId) ?? 0) + 1);
    this.#sources.store.people.seen(personId);
  }

  left({ personId }: Person): void {
    const tabs = (this.#tabs.get(personId) ?? 1) - 1;
    if (tabs > 0) this.#tabs.set(personId, tabs);
    else this.#tabs.delete(personId);
    this.#sources.store.people.seen(personId);
  }

  labsChanged(): void {
    this.#sources.tellLabsChanged();
    this.#tell();
  }

  state(): BoardState {
    const { course, store, courseCode } = this.#sources;
    const labs = course.labs.map(({ slug, detail }) => ({
      slug,
      title: detail.title,
      core: detail.core,
      open: course.isOpen(slug),
      solutionOpen: course.isSolutionOpen(slug),
    }));
    return { courseCode, labs, rows: store.people.attendees().map((person) => this.#row(person)) };
  }

  #tell(): void {
    const board = this.state();
    const text = JSON.stringify(board);
    if (text === this.#told) return;
    this.#told = text;
    for (const viewer of this.#viewers) viewer.send({ type: 'board', board });
  }

  #row({ personId, name, lastSeenMs }: SeenPerson): BoardRow {
    const { course, sessions, watchers, store } = this.#sources;
    const lab = course.labs.find(({ slug }) => watchers.isWatched({ personId, lab: slug }))?.slug;
    const touched = new Set(store.files.labsOf(personId));
    return {
      personId,
      name,
      online: this.#tabs.has(personId),
      lastSeenMs,
      ...(lab && { lab }),
      cells: course.labs.map(({ slug }) => this.#cell(personId, slug, touched.has(slug))),
      runs: sessions.of(personId).flatMap(({ lab: slug, session }) => runOf(slug, session)),
    };
  }

  #cell(personId: string, lab: string, touched: boolean): BoardCell {
    const { course, sessions } = this.#sources;
    const { check, run } = sessions.state({ personId, lab });
    const failing = (check?.results ?? [])
      .filter(({ state, optional }) => state === 'failed' && optional !== true)
      .map(({ title }) => title);
    const passed = passedCount(check?.results ?? []);
    const started = touched || run !== undefined ? 'started' : 'untouched';
    const judged = check?.passed ? 'passed' : 'failing';
    const checks = course.requiredChecks(lab);
    return { lab, state: check ? judged : started, passed, checks, failing };
  }
}

function runOf(lab: string, session: LabSession): BoardRow['runs'] {
  const { run, latestRates } = session;
  if (!run || run.phase === 'ended') return [];
  const fresh = latestRates?.runId === run.runId ? latestRates.ports : [];
  const ratePps = Math.round(fresh.reduce((sum, { rx }) => sum + rx.pps, 0));
  return [{ lab, phase: run.phase, sinceMs: run.startedAtMs, ratePps, processes: runningIn(run) }];
}

function runningIn({ processes }: RunState): string[] {
  return processes.filter(({ state }) => state === 'running').map(({ name }) => name);
}
