// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';

const draft = z.object({
  path: z.string(),
  content: z.string(),
  /** The version on the server that the edit started from. */
  baseVersion: z.int(),
  editedAtMs: z.number(),
  tabId: z.string(),
});
export type Draft = z.infer<typeof draft>;

/** Text that is not yet on the server, kept where a reload finds it. */
export interface DraftStore {
  put(path: string, content: string, baseVersion: number): void;
  remove(path: string): void;
  /** Drafts that no other living tab is working on, oldest first. */
  list(): Draft[];
}

/**
 * Drafts in localStorage, which, unlike IndexedDB, has them when the very next thing is a closed tab. One key a
 * path and tab, `ringlab.draft/PERSON/LAB/PATH#TAB`, so that two tabs never overwrite each other's.
 */
export class LocalDrafts implements DraftStore {
  readonly #prefix: string;
  readonly #tabId: string;
  readonly #storage: Storage;
  readonly #isTabAlive: (tabId: string) => boolean;

  constructor(place: string, tabId: string, storage: Storage, isTabAlive: (tabId: string) => boolean) {
    this.#prefix = `ringlab.draft/${place}/`;
    this.#tabId = tabId;
    this.#storage = storage;
    this.#isTabAlive = isTabAlive;
  }

  put(path: string, content: string, baseVersion: number): void {
    const value: Draft = { path, content, baseVersion, editedAtMs: Date.now(), tabId: this.#tabId };
    try {
      this.#storage.setItem(this.#key(path, this.#tabId), JSON.stringify(value));
    } catch (error) {
      // A full or forbidden storage: the text is still in the page, and the save to the server goes on.
      console.warn('This browser keeps no copy of the unsaved text.', error);
    }
  }

  remove(path: string): void {
    this.#storage.removeItem(this.#key(path, this.#tabId));
  }

  list(): Draft[] {
    const orphans = this.#all().filter(({ tabId }) => tabId === this.#tabId || !this.#isTabAlive(tabId));
    orphans.sort((a, b) => a.editedAtMs - b.editedAtMs);
    // Of several drafts of a path, the last is shown now; the others stay and are offered at the next visit.
    const newest = new Map(orphans.map((each) => [each.path, each]));
    for (const each of newest.values()) this.#adopt(each);
    return [...newest.values()];
  }

  #all(): Draft[] {
    return Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index) ?? '')
      .filter((key) => key.startsWith(this.#prefix))
      .flatMap((key) => parseDraft(this.#storage.getItem(key)) ?? []);
  }

  #adopt({ path, content, baseVersion, tabId }: Draft): void {
    if (tabId === this.#tabId) return;
    this.put(path, content, baseVersion);
    this.#storage.removeItem(this.#key(path, tabId));
  }

  #key(path: string, tabId: string): string {
    return `${this.#prefix}${path}#${tabId}`;
  }
}

function parseDraft(text: string | null): Draft | undefined {
  try {
    return draft.parse(JSON.parse(text ?? 'null'));
  } catch {
    return undefined;
  }
}
