// SPDX-License-Identifier: BSD-2-Clause
/** The only door to the server. Features import from here, and nothing else of `api/`. */
export { actions } from './actions.ts';
export { errorWords } from './api-error.ts';
export {
  type Dialog,
  type Location,
  navigation,
  type PanelId,
  useNavigation,
  type View,
} from './navigation.ts';
export { CodeMissing, loadCode } from './page-code.ts';
export { rateFeed } from './rate-feed.ts';
export { ringsFeed } from './rings-feed.ts';
export { terminalStream } from './server-link.ts';
export type {
  Actions,
  AppState,
  EditedFile,
  OpenWorkspace,
  RateFeed,
  RingsFeed,
  SolutionFile,
  TerminalOutput,
  TerminalStream,
} from './state.ts';
export { appState, useAppState } from './store.ts';
