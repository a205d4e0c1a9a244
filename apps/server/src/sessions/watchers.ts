// SPDX-License-Identifier: BSD-2-Clause
import type { ServerEvent } from '@ringlab/protocol';
import type { WorkspaceKey } from '../store/files.ts';

/** A tab that shows a workspace. */
export interface Watcher {
  send(event: ServerEvent): void;
}

export const keyText = ({ personId, lab }: WorkspaceKey) => `${personId}/${lab}`;

/** Which tabs show which workspace, and the way of a workspace's events to them. */
export class Watchers {
  readonly #byWorkspace = new Map<string, Set<Watcher>>();

  add(key: WorkspaceKey, watcher: Watcher): void {
    const watching = this.#byWorkspace.get(keyText(key)) ?? new Set();
    this.#byWorkspace.set(keyText(key), watching.add(watcher));
  }

  remove(key: WorkspaceKey, watcher: Watcher): void {
    const watching = this.#byWorkspace.get(keyText(key));
    watching?.delete(watcher);
    if (watching?.size === 0) this.#byWorkspace.delete(keyText(key));
  }

  isWatched(key: WorkspaceKey): boolean {
    return this.#byWorkspace.has(keyText(key));
  }

  /** To all who show this workspace, but for the one who did it and knows. */
  publish(key: WorkspaceKey, event: ServerEvent, except?: Watcher): void {
    for (const watcher of this.#byWorkspace.get(keyText(key)) ?? []) {
      if (watcher !== except) watcher.send(event);
    }
  }
}
