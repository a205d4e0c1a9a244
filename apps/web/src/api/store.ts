// SPDX-License-Identifier: BSD-2-Clause
import { createStore, useStore } from 'zustand';
import type { AppState, OpenWorkspace } from './state.ts';

/** Written in `api/` only. */
export const store = createStore<AppState>()(() => ({
  connection: 'connecting',
  retryAtMs: undefined,
  session: 'unknown',
  me: undefined,
  sandbox: undefined,
  labs: [],
  workspace: undefined,
  workspaceError: undefined,
  board: undefined,
  provisioning: undefined,
}));

/** What a component needs of the state; it renders again when that changed (by identity). */
export function useAppState<T>(selector: (state: AppState) => T): T {
  return useStore(store, selector);
}

/** The state at this moment, for what happens outside of rendering. */
export function appState(): AppState {
  return store.getState();
}

export function updateWorkspace(change: (workspace: OpenWorkspace) => Partial<OpenWorkspace>): void {
  store.setState(({ workspace }) =>
    workspace === undefined ? {} : { workspace: { ...workspace, ...change(workspace) } },
  );
}
