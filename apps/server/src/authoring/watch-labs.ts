// SPDX-License-Identifier: BSD-2-Clause
import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describeFault, type Lab, LabFaults, loadLab } from '@ringlab/labkit';

export interface LabReader {
  /** A lab that holds together again, or still does. */
  changed(lab: Lab): void;
  /** Its last state that held together goes on being used. */
  broken(slug: string, faults: readonly string[]): void;
}

/** Editors write a file in several steps, and several files at once. */
const SETTLE_MS = 200;

/** Reads a lab again whenever something in its folder changes, until it is disposed of. */
export function watchLabs(folders: readonly string[], reader: LabReader): Disposable {
  const stack = new DisposableStack();
  for (const folder of folders) stack.use(new LabWatch(folder, reader));
  return stack;
}

class LabWatch implements Disposable {
  readonly #folder: string;
  readonly #reader: LabReader;
  readonly #watcher: FSWatcher;
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string, reader: LabReader) {
    this.#folder = folder;
    this.#reader = reader;
    this.#watcher = watch(folder, { recursive: true }, () => this.#soon());
    this.#watcher.on('error', (error) => this.#reader.broken(basename(folder), [error.message]));
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#watcher.close();
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), SETTLE_MS);
  }

  async #read(): Promise<void> {
    try {
      this.#reader.changed(await loadLab(this.#folder));
    } catch (error) {
      this.#reader.broken(basename(this.#folder), faultsOf(error, this.#folder));
    }
  }
}

/** The lab's own folder need not be named: the page is about this lab. */
function faultsOf(error: unknown, folder: string): readonly string[] {
  if (!(error instanceof LabFaults)) return [String(error)];
  const prefix = `${join(basename(dirname(folder)), basename(folder))}/`;
  return error.faults.map(describeFault).map((words) => words.replace(prefix, ''));
}
