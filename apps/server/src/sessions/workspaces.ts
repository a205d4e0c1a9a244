// SPDX-License-Identifier: BSD-2-Clause
import type { Lab, LabFile } from '@ringlab/labkit';
import {
  type FileVersion,
  MAX_FILE_BYTES,
  MAX_WORKSPACE_BYTES,
  MAX_WORKSPACE_FILES,
  type RequestParams,
  type WorkspaceFile,
} from '@ringlab/protocol';
import { Refusal } from '../refusal.ts';
import type { StoredFile, WorkspaceKey } from '../store/files.ts';
import type { Store } from '../store/store.ts';
import type { Course } from './course.ts';
import type { Watcher, Watchers } from './watchers.ts';

type Save = Pick<RequestParams<'file.save'>, 'path' | 'content' | 'baseVersion'>;

/** The files of every workspace: the lab's starter, and over it what the person saved. Every change is on disk when told. */
export class Workspaces {
  readonly #store: Store;
  readonly #course: Course;
  readonly #watchers: Watchers;
  readonly #onChange: (key: WorkspaceKey) => void;

  constructor(
    store: Store,
    course: Course,
    watchers: Watchers,
    onChange: (key: WorkspaceKey) => void = () => {},
  ) {
    this.#store = store;
    this.#course = course;
    this.#watchers = watchers;
    this.#onChange = onChange;
  }

  files(key: WorkspaceKey): WorkspaceFile[] {
    const stored = new Map(this.#store.files.latest(key).map((file) => [file.path, file]));
    const { starter } = this.#course.lab(key.lab);
    const own = [...stored.values()].filter(({ path }) => !starter.some((file) => file.path === path));
    return [...starter.map((file) => starterFile(file, stored.get(file.path))), ...own.flatMap(ownFile)];
  }

  file(key: WorkspaceKey, path: string): WorkspaceFile {
    const file = this.files(key).find((candidate) => candidate.path === path);
    if (!file) throw new Refusal('no-such-file', `There is no file ${path} in this workspace.`);
    return file;
  }

  async save(key: WorkspaceKey, save: Save, by?: Watcher): Promise<{ version: number; savedAtMs: number }> {
    refuseLargeFile(save.path, save.content);
    const files = this.files(key);
    const present = files.find(({ path }) => path === save.path);
    if (!present) refuseNewFile(files, save.path);
    if (present && !present.editable) throw notEditable(save.path);
    refuseLargeWorkspace(files, save);
    const savedAtMs = Date.now();
    // The same content again is the resend of a save whose answer got lost.
    const unchanged = present?.content === save.content;
    if (!unchanged) this.#refuseConflict(key, save, present);
    const version = await this.#store.write(() =>
      unchanged ? present.version : this.#store.files.append(key, { ...save, reason: 'save' }, savedAtMs),
    );
    if (!unchanged) this.#changed(key, save.path, by);
    return { version, savedAtMs };
  }

  async delete(key: WorkspaceKey, path: string, by?: Watcher): Promise<void> {
    const file = this.file(key, path);
    if (file.starter)
      throw new Refusal('not-editable', `${path} came with the lab: reset it instead of deleting it.`);
    await this.#store.write(() =>
      this.#store.files.append(key, { path, content: undefined, reason: 'delete' }, Date.now()),
    );
    this.#deleted(key, path, by);
  }

  async reset(key: WorkspaceKey, path: string, by?: Watcher): Promise<WorkspaceFile> {
    const content = this.#starterContent(this.#course.lab(key.lab), path);
    await this.#store.write(() =>
      this.#store.files.append(key, { path, content, reason: 'reset-file' }, Date.now()),
    );
    this.#changed(key, path, by);
    return this.file(key, path);
  }

  /** Files that are as they came stay as they are; every other gets a version more. */
  async resetAll(key: WorkspaceKey, by?: Watcher): Promise<WorkspaceFile[]> {
    const { starter } = this.#course.lab(key.lab);
    const original = (path: string) => starter.find((file) => file.path === path)?.content;
    const touched = this.files(key).filter(({ path, content }) => content !== original(path));
    await this.#store.write(() => {
      for (const { path } of touched) {
        this.#store.files.append(key, { path, content: original(path), reason: 'reset-lab' }, Date.now());
      }
    });
    for (const { path, starter: cameWithLab } of touched) {
      if (cameWithLab) this.#changed(key, path, by);
      else this.#deleted(key, path, by);
    }
    return this.files(key);
  }

  versions(key: WorkspaceKey, path: string): FileVersion[] {
    this.#course.lab(key.lab);
    return this.#store.files.versions(key, path);
  }

  contentOf(key: WorkspaceKey, path: string, version: number): string {
    const lab = this.#course.lab(key.lab);
    if (version === 0) return this.#starterContent(lab, path);
    const stored = this.#store.files.version(key, path, version);
    if (!stored)
      throw new Refusal('no-such-file', `${path} has no version ${version}, or it was thinned out long ago.`);
    return stored.content ?? '';
  }

  #starterContent(lab: Lab, path: string): string {
    const file = lab.starter.find((candidate) => candidate.path === path);
    if (!file)
      throw new Refusal(
        'no-such-file',
        `${path} did not come with the lab, so there is nothing to go back to.`,
      );
    return file.content;
  }

  #refuseConflict(key: WorkspaceKey, { path, baseVersion }: Save, present: WorkspaceFile | undefined): void {
    const version = present?.version ?? this.#store.files.latestOf(key, path)?.version ?? 0;
    // Saving what was deleted elsewhere brings it back: nothing is lost by that.
    if (!present || baseVersion === -1 || baseVersion === version) return;
    const message = `${path} was changed elsewhere: version ${version} is saved, and this edit started from ${baseVersion}.`;
    throw new Refusal('version-conflict', message, { version, content: present.content });
  }

  #changed(key: WorkspaceKey, path: string, by: Watcher | undefined): void {
    this.#watchers.publish(key, { type: 'file.changed', workspace: key, file: this.file(key, path) }, by);
    this.#onChange(key);
  }

  #deleted(key: WorkspaceKey, path: string, by: Watcher | undefined): void {
    this.#watchers.publish(key, { type: 'file.deleted', workspace: key, path }, by);
    this.#onChange(key);
  }
}

function starterFile(file: LabFile, stored: StoredFile | undefined): WorkspaceFile {
  const { path, editable } = file;
  // What an attendee cannot edit is always the lab's own, also after the lab was mended.
  const content = editable ? (stored?.content ?? file.content) : file.content;
  return { path, content, version: stored?.version ?? 0, editable, starter: true };
}

function ownFile({ path, content, version }: StoredFile): WorkspaceFile[] {
  return content === undefined ? [] : [{ path, content, version, editable: true, starter: false }];
}

const notEditable = (path: string) =>
  new Refusal(
    'not-editable',
    `${path} belongs to the lab and cannot be changed. Copy what you need into a file of your own.`,
  );

function refuseLargeFile(path: string, content: string): void {
  const bytes = Buffer.byteLength(content);
  if (bytes <= MAX_FILE_BYTES) return;
  const size = (bytes / 1024 / 1024).toFixed(1);
  throw new Refusal(
    'file-too-large',
    `${path} is ${size} MiB; a file holds at most ${MAX_FILE_BYTES / 1024 / 1024} MiB, so it was not saved. Make it shorter.`,
  );
}

function refuseLargeWorkspace(files: readonly WorkspaceFile[], { path, content }: Save): void {
  const others = files.filter((file) => file.path !== path);
  const bytes = others.reduce(
    (sum, file) => sum + Buffer.byteLength(file.content),
    Buffer.byteLength(content),
  );
  if (bytes <= MAX_WORKSPACE_BYTES) return;
  throw new Refusal(
    'file-too-large',
    `The files of a workspace hold at most ${MAX_WORKSPACE_BYTES / 1024 / 1024} MiB together, so ${path} was not saved. Make some shorter, or delete them.`,
  );
}

function refuseNewFile(files: readonly WorkspaceFile[], path: string): void {
  if (files.filter(({ starter }) => !starter).length >= MAX_WORKSPACE_FILES) {
    throw new Refusal(
      'too-many',
      `A workspace holds at most ${MAX_WORKSPACE_FILES} files of your own. Delete one first.`,
    );
  }
  const clash = files.find((file) => path.startsWith(`${file.path}/`) || file.path.startsWith(`${path}/`));
  if (clash) {
    throw new Refusal(
      'bad-path',
      `${path} cannot be a file: ${clash.path} is here, and a name is a file or a folder, not both.`,
    );
  }
}
