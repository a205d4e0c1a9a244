// SPDX-License-Identifier: BSD-2-Clause
import type { WorkspaceFile } from '@ringlab/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from './api-error.ts';
import { LocalDrafts } from './drafts.ts';
import { MemoryStorage } from './memory-storage.fixture.ts';
import { SaveQueue } from './save-queue.ts';

/** A server's disk with versions, and a wire that can be cut before or after the disk. */
class Disk {
  file: WorkspaceFile = { path: 'sink.c', content: 'starter', version: 0, editable: true, starter: true };
  wire: 'whole' | 'cut-before' | 'cut-after' = 'whole';
  writes: string[] = [];

  async save(path: string, content: string, baseVersion: number): Promise<{ version: number }> {
    await Promise.resolve();
    if (this.wire === 'cut-before') throw new ApiError('offline');
    if (baseVersion !== -1 && baseVersion !== this.file.version) this.#refuse();
    this.put(content);
    if (this.wire === 'cut-after') throw new ApiError('offline');
    expect(path).toBe('sink.c');
    return { version: this.file.version };
  }

  put(content: string): void {
    this.file = { ...this.file, content, version: this.file.version + 1 };
    this.writes.push(content);
  }

  #refuse(): never {
    const current = { version: this.file.version, content: this.file.content };
    throw new ApiError({ code: 'version-conflict', message: 'changed', current });
  }
}

let disk: Disk;
let storage: MemoryStorage;
const alive = new Set<string>();

function openTab(tabId = 'tab-one'): SaveQueue {
  const drafts = new LocalDrafts('ada/03-sink', tabId, storage, (other) => alive.has(other));
  const queue = new SaveQueue({
    drafts,
    save: (path, content, baseVersion) => disk.save(path, content, baseVersion),
    changed: () => {},
    idleMs: 500,
  });
  queue.load([disk.file]);
  return queue;
}

const stateOf = (queue: SaveQueue) => queue.files[0]?.saveState;
const textOf = (queue: SaveQueue) => queue.files[0]?.content;

beforeEach(() => {
  vi.useFakeTimers();
  disk = new Disk();
  storage = new MemoryStorage();
  alive.clear();
});
afterEach(() => vi.useRealTimers());

describe('SaveQueue', () => {
  it('saves once when the typing pauses, with the newest text', async () => {
    const queue = openTab();
    queue.edit('sink.c', 'a');
    await vi.advanceTimersByTimeAsync(300);
    queue.edit('sink.c', 'ab');
    expect(stateOf(queue)).toBe('unsaved');
    await vi.advanceTimersByTimeAsync(499);
    expect(disk.writes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(disk.writes).toEqual(['ab']);
    expect(stateOf(queue)).toBe('saved');
    expect(storage.length).toBe(0);
  });

  it('goes on until what was typed during a save is on the disk, too', async () => {
    const queue = openTab();
    queue.edit('sink.c', 'a');
    const saved = queue.save('sink.c');
    queue.edit('sink.c', 'ab');
    expect(stateOf(queue)).toBe('saving');
    await saved;
    expect(disk.writes).toEqual(['a', 'ab']);
    expect(disk.file.version).toBe(2);
  });

  it('keeps the text in the browser while offline, and a reload finds it and saves it', async () => {
    disk.wire = 'cut-before';
    const queue = openTab();
    queue.edit('sink.c', 'typed in a tunnel');
    await expect(queue.save('sink.c')).rejects.toThrow('offline');
    expect(stateOf(queue)).toBe('unsaved');
    disk.wire = 'whole';
    const reloaded = openTab();
    expect(textOf(reloaded)).toBe('typed in a tunnel');
    await vi.runAllTimersAsync();
    expect(disk.file.content).toBe('typed in a tunnel');
    expect(stateOf(reloaded)).toBe('saved');
  });

  it('sees that a save whose answer got lost was its own', async () => {
    disk.wire = 'cut-after';
    const queue = openTab();
    queue.edit('sink.c', 'mine');
    await expect(queue.save('sink.c')).rejects.toThrow('offline');
    queue.edit('sink.c', 'mine, longer');
    disk.wire = 'whole';
    await queue.save('sink.c');
    expect(disk.writes).toEqual(['mine', 'mine, longer']);
    expect(stateOf(queue)).toBe('saved');
  });

  it('sees the same after a reconnect that brings the files anew', async () => {
    disk.wire = 'cut-after';
    const queue = openTab();
    queue.edit('sink.c', 'mine');
    await expect(queue.save('sink.c')).rejects.toThrow('offline');
    disk.wire = 'whole';
    queue.load([disk.file]);
    expect(stateOf(queue)).toBe('saved');
    expect(disk.writes).toEqual(['mine']);
  });

  it('shows both texts of a conflict and writes neither over the other', async () => {
    const queue = openTab();
    queue.edit('sink.c', 'mine');
    disk.put('theirs');
    await expect(queue.save('sink.c')).rejects.toThrow('also changed elsewhere');
    expect(stateOf(queue)).toBe('conflict');
    expect(textOf(queue)).toBe('mine');
    expect(queue.files[0]?.saveError?.current?.content).toBe('theirs');
    await vi.advanceTimersByTimeAsync(5000);
    expect(disk.file.content).toBe('theirs');
  });

  it('ends a conflict with the chosen text', async () => {
    const queue = openTab();
    queue.edit('sink.c', 'mine');
    disk.put('theirs');
    await expect(queue.save('sink.c')).rejects.toThrow();
    await queue.resolveConflict('sink.c', 'both');
    expect(disk.writes).toEqual(['theirs', 'both']);
    expect(stateOf(queue)).toBe('saved');
    expect(storage.length).toBe(0);
  });

  it('finds a conflict again after a reload, also when both texts were edited on', async () => {
    const queue = openTab();
    queue.edit('sink.c', 'mine');
    disk.put('theirs');
    await expect(queue.save('sink.c')).rejects.toThrow();
    queue.edit('sink.c', 'mine, longer');
    const reloaded = openTab();
    expect(stateOf(reloaded)).toBe('conflict');
    expect(textOf(reloaded)).toBe('mine, longer');
    expect(reloaded.files[0]?.saveError?.current?.content).toBe('theirs');
  });

  it('follows what another tab saved when nothing is unsaved here', () => {
    const queue = openTab();
    disk.put('from the other tab');
    queue.accept(disk.file);
    expect(textOf(queue)).toBe('from the other tab');
    expect(stateOf(queue)).toBe('saved');
  });

  it('leaves the drafts of living tabs alone, and takes over those of dead ones', async () => {
    disk.wire = 'cut-before';
    const first = openTab('tab-one');
    first.edit('sink.c', 'by the first');
    alive.add('tab-one');
    expect(textOf(openTab('tab-two'))).toBe('starter');
    alive.delete('tab-one');
    expect(textOf(openTab('tab-two'))).toBe('by the first');
  });

  it('says why the server refused, and tries again with the next edit', async () => {
    const queue = openTab();
    const full = new ApiError({ code: 'disk-full', message: 'The disk is full.' });
    vi.spyOn(disk, 'save').mockRejectedValueOnce(full);
    queue.edit('sink.c', 'a');
    await vi.runAllTimersAsync();
    expect(stateOf(queue)).toBe('failed');
    expect(queue.files[0]?.saveError?.message).toBe('The disk is full.');
    queue.edit('sink.c', 'ab');
    await vi.runAllTimersAsync();
    expect(disk.file.content).toBe('ab');
    expect(stateOf(queue)).toBe('saved');
  });

  it('forgets local text when the person resets', () => {
    const queue = openTab();
    queue.edit('sink.c', 'a');
    queue.replace([{ ...disk.file, content: 'starter', version: 7 }]);
    expect(textOf(queue)).toBe('starter');
    expect(storage.length).toBe(0);
  });
});
