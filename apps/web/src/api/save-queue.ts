// SPDX-License-Identifier: BSD-2-Clause
import type { WorkspaceFile } from '@ringlab/protocol';
import { ApiError } from './api-error.ts';
import type { DraftStore } from './drafts.ts';
import type { EditedFile } from './state.ts';

export interface SaveQueueOptions {
  readonly drafts: DraftStore;
  /** Resolves with the new version when the content is on the server's disk; rejects with ApiError. */
  save(path: string, content: string, baseVersion: number): Promise<{ version: number }>;
  /** Called after every change with all files, in the server's order. */
  changed(files: readonly EditedFile[]): void;
  readonly idleMs?: number;
}

/** One file: what the server has, what the editor shows, and how far the one got to the other. */
interface Entry {
  file: EditedFile;
  server: WorkspaceFile;
  /** Contents that were sent and whose answers never came: if one turns up on the server, it is ours. */
  readonly unconfirmed: Set<string>;
  inFlight?: Promise<void>;
  timer?: ReturnType<typeof setTimeout>;
}

const IDLE_MS = 500;
/** Overwrites whatever is on the server; what was there stays as a version. */
const ANY_VERSION = -1;
/** As a draft's base: no version of the server, so that a reload finds the conflict again. */
const IN_CONFLICT = -1;

/**
 * The files of one workspace on their way to the server. An edit is kept in this browser at once and saved soon; a
 * save that fails is tried again, one that meets another text becomes a conflict, and nothing is ever dropped.
 */
export class SaveQueue implements Disposable {
  readonly #options: SaveQueueOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: SaveQueueOptions) {
    this.#options = options;
  }

  get files(): readonly EditedFile[] {
    return [...this.#entries.values()].map(({ file }) => file);
  }

  /** What the server has now: at first, after a reconnect, after a reset. Unsaved text stays on top of it. */
  load(files: readonly WorkspaceFile[]): void {
    const known = new Set(files.map(({ path }) => path));
    for (const [path, entry] of this.#entries) if (!known.has(path)) this.#goneFromServer(path, entry);
    for (const file of files) this.#take(file);
    for (const draft of this.#options.drafts.list())
      this.#restore(draft.path, draft.content, draft.baseVersion);
    this.#publish();
    this.flush();
  }

  /** Another tab saved, reset or added this file. */
  accept(file: WorkspaceFile): void {
    this.#take(file);
    this.#publish();
  }

  /** Forgets local text, too: the person chose what the server has. */
  replace(files: readonly WorkspaceFile[]): void {
    for (const file of files) {
      const entry = this.#entries.get(file.path);
      if (entry === undefined) this.#take(file);
      else this.#settle(entry, file);
    }
    this.#publish();
  }

  remove(path: string): void {
    clearTimeout(this.#entries.get(path)?.timer);
    this.#entries.delete(path);
    this.#options.drafts.remove(path);
    this.#publish();
  }

  edit(path: string, content: string): void {
    const entry = this.#entry(path);
    if (entry.file.content === content) return;
    this.#edited(entry, content);
    this.#schedule(entry);
  }

  /** Resolves when what the editor shows now is on the server. */
  async save(path: string): Promise<void> {
    const entry = this.#entry(path);
    clearTimeout(entry.timer);
    while (isDirty(entry)) {
      if (entry.inFlight === undefined && entry.file.saveState === 'conflict') throw conflictError(path);
      await (entry.inFlight ?? this.#send(entry, entry.server.version));
    }
  }

  async saveAll(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((path) => this.save(path)));
  }

  /** Sends everything unsaved, in the background: after a reconnect, or because the page may go away. */
  flush(): void {
    for (const [path, entry] of this.#entries) {
      if (isDirty(entry) && entry.file.saveState !== 'conflict') this.save(path).catch(() => {});
    }
  }

  async resolveConflict(path: string, content: string): Promise<void> {
    const entry = this.#entry(path);
    this.#edited(entry, content);
    await entry.inFlight?.catch(() => {});
    await this.#send(entry, entry.file.saveError?.current?.version ?? ANY_VERSION);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#entries.values()) clearTimeout(timer);
  }

  #entry(path: string): Entry {
    const entry = this.#entries.get(path);
    if (entry === undefined)
      throw new ApiError({ code: 'no-such-file', message: `There is no file ${path}.` });
    return entry;
  }

  #take(file: WorkspaceFile): void {
    const entry = this.#entries.get(file.path);
    if (entry === undefined) {
      this.#entries.set(file.path, newEntry(file, { ...file, saveState: 'saved' }));
    } else if (!isDirty(entry) || entry.file.content === file.content) {
      this.#settle(entry, file);
    } else if (entry.unconfirmed.has(file.content) || file.content === entry.server.content) {
      entry.server = file;
    } else if (file.version > entry.server.version && entry.inFlight === undefined) {
      this.#conflict(entry, { version: file.version, content: file.content });
    }
  }

  /** A file of ours that the server lost is saved anew; one that was deleted elsewhere, and not edited here, goes. */
  #goneFromServer(path: string, entry: Entry): void {
    if (isDirty(entry)) entry.server = { ...entry.server, version: 0, content: '' };
    else this.#entries.delete(path);
  }

  #restore(path: string, content: string, baseVersion: number): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) this.#restoreNew(path, content);
    else if (entry.server.content === content) this.#settle(entry, entry.server);
    else if (!entry.server.editable || isDirty(entry)) return;
    else if (entry.server.version === baseVersion) this.#edited(entry, content);
    else this.#restoreConflict(entry, content);
  }

  #restoreNew(path: string, content: string): void {
    const server: WorkspaceFile = { path, content: '', version: 0, editable: true, starter: false };
    this.#entries.set(path, newEntry(server, { ...server, content, saveState: 'unsaved' }));
  }

  #restoreConflict(entry: Entry, content: string): void {
    const { version, content: current } = entry.server;
    entry.file = { ...entry.server, content, saveState: 'conflict' };
    this.#conflict(entry, { version, content: current });
  }

  #edited(entry: Entry, content: string): void {
    const { path, saveState } = entry.file;
    const saved =
      content === entry.server.content && entry.inFlight === undefined && saveState !== 'conflict';
    if (saved) this.#options.drafts.remove(path);
    else
      this.#options.drafts.put(path, content, saveState === 'conflict' ? IN_CONFLICT : entry.server.version);
    entry.file = { ...entry.file, content, saveState: nextState(saved, entry) };
    this.#publish();
  }

  #schedule(entry: Entry): void {
    clearTimeout(entry.timer);
    if (entry.file.saveState === 'conflict') return;
    const save = () => this.save(entry.file.path).catch(() => {});
    entry.timer = setTimeout(save, this.#options.idleMs ?? IDLE_MS);
  }

  #send(entry: Entry, baseVersion: number): Promise<void> {
    const { path, content } = entry.file;
    entry.unconfirmed.add(content);
    this.#setState(entry, 'saving');
    const answered = this.#options.save(path, content, baseVersion).then(
      ({ version }) => this.#saved(entry, version, content),
      (error: unknown) => this.#refused(entry, error),
    );
    entry.inFlight = answered.finally(() => delete entry.inFlight);
    return entry.inFlight;
  }

  #saved(entry: Entry, version: number, content: string): void {
    entry.unconfirmed.clear();
    entry.server = { ...entry.server, version, content };
    if (entry.file.content === content) this.#settle(entry, entry.server);
    else this.#setState(entry, 'unsaved');
    this.#publish();
  }

  #refused(entry: Entry, error: unknown): void {
    const current = error instanceof ApiError ? error.error?.current : undefined;
    if (current !== undefined) {
      this.#met(entry, current);
      return;
    }
    const offline = !(error instanceof ApiError) || error.code === 'offline';
    this.#setState(entry, offline ? 'unsaved' : 'failed', offline ? undefined : error.error);
    throw error;
  }

  /** The server has another version than the edit started from. It may be our own, whose answer got lost. */
  #met(entry: Entry, current: { version: number; content: string }): void {
    const ours = entry.unconfirmed.has(current.content) || current.content === entry.file.content;
    if (ours || current.content === entry.server.content) {
      this.#saved(entry, current.version, current.content);
      return;
    }
    this.#conflict(entry, current);
    this.#publish();
    throw conflictError(entry.file.path);
  }

  #conflict(entry: Entry, current: { version: number; content: string }): void {
    entry.server = { ...entry.server, ...current };
    const { path, content, editable, starter } = entry.file;
    const saveError = { ...conflictProtocolError(path), current };
    entry.file = {
      path,
      content,
      editable,
      starter,
      version: current.version,
      saveState: 'conflict',
      saveError,
    };
  }

  /** Nothing is left to save: the editor shows what the server has. */
  #settle(entry: Entry, file: WorkspaceFile): void {
    clearTimeout(entry.timer);
    entry.server = file;
    entry.file = { ...file, saveState: 'saved' };
    this.#options.drafts.remove(file.path);
  }

  #setState(entry: Entry, saveState: EditedFile['saveState'], saveError?: EditedFile['saveError']): void {
    const { saveError: _, ...file } = entry.file;
    entry.file = saveError === undefined ? { ...file, saveState } : { ...file, saveState, saveError };
    this.#publish();
  }

  #publish(): void {
    this.#options.changed(this.files);
  }
}

function newEntry(server: WorkspaceFile, file: EditedFile): Entry {
  return { server, file, unconfirmed: new Set() };
}

function isDirty({ file, server }: Entry): boolean {
  return file.content !== server.content || file.saveState === 'conflict';
}

function nextState(saved: boolean, { file, inFlight }: Entry): EditedFile['saveState'] {
  if (saved) return 'saved';
  if (file.saveState === 'conflict') return 'conflict';
  return inFlight === undefined ? 'unsaved' : 'saving';
}

function conflictProtocolError(path: string) {
  const message = `${path} was also changed elsewhere. Choose which text to keep; the other one stays as a version.`;
  return { code: 'version-conflict', message } as const;
}

function conflictError(path: string): ApiError {
  return new ApiError(conflictProtocolError(path));
}
