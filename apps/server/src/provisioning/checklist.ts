// SPDX-License-Identifier: BSD-2-Clause
import type { DriverName, Provisioning, ProvisionLine, ProvisionLineState } from '@ringlab/protocol';

export type Planned = Pick<ProvisionLine, 'id' | 'part' | 'title'>;

export function asWaiting(line: Planned): ProvisionLine {
  return { ...line, state: 'waiting', words: '' };
}

/** What is being found out about this machine, a line each; told whenever one changes. */
export class Checklist {
  #state: Provisioning = { phase: 'never', lines: [] };
  readonly #startedMs = new Map<string, number>();
  readonly #onChange: (state: Provisioning, changed?: ProvisionLine) => void;

  constructor(onChange: (state: Provisioning, changed?: ProvisionLine) => void) {
    this.#onChange = onChange;
  }

  get state(): Provisioning {
    return this.#state;
  }

  begin(planned: readonly Planned[]): void {
    this.#startedMs.clear();
    this.#set({ phase: 'working', startedAtMs: Date.now(), lines: planned.map(asWaiting) });
  }

  chose(driver: DriverName): void {
    this.#set({ ...this.#state, driver });
  }

  working(id: string, words: string, done?: number): void {
    if (!this.#startedMs.has(id)) this.#startedMs.set(id, performance.now());
    this.#change(id, 'working', words, done === undefined ? {} : { done });
  }

  end(id: string, state: Exclude<ProvisionLineState, 'waiting' | 'working'>, words: string): void {
    const startedMs = this.#startedMs.get(id);
    this.#startedMs.delete(id);
    this.#change(id, state, words, startedMs === undefined ? {} : { tookMs: performance.now() - startedMs });
  }

  /** Good when no line is bad. What was under way when it was stopped did not come to an end. */
  finish(stopped: boolean): void {
    const bad = this.#state.lines.some(({ state }) => state === 'bad');
    const lines = this.#state.lines.map(
      (line): ProvisionLine =>
        line.state === 'working' ? { ...line, state: 'left-out', words: 'Stopped.' } : line,
    );
    this.#set({
      ...this.#state,
      lines,
      phase: stopped ? 'stopped' : bad ? 'bad' : 'good',
      endedAtMs: Date.now(),
    });
  }

  #change(id: string, state: ProvisionLineState, words: string, more: Partial<ProvisionLine>): void {
    const lines = this.#state.lines.map(
      ({ done: _, ...line }): ProvisionLine => (line.id === id ? { ...line, state, words, ...more } : line),
    );
    this.#set(
      { ...this.#state, lines },
      lines.find((line) => line.id === id),
    );
  }

  #set(state: Provisioning, changed?: ProvisionLine): void {
    this.#state = state;
    this.#onChange(state, changed);
  }
}
