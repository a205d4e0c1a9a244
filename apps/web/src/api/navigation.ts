// SPDX-License-Identifier: BSD-2-Clause
/**
 * Where the person looks: the one small contract by which a click in one panel moves another. A panel calls
 * `navigation.showLink(id)`; the panel that draws links reads `useNavigation((view) => view.linkId)`. The shell
 * brings the panel to the front.
 */
import { create } from 'zustand';
import { store } from './store.ts';

export type PanelId =
  | 'lab-text'
  | 'checks'
  | 'files'
  | 'editor'
  | 'terminals'
  | 'topology'
  | 'rates'
  | 'curve'
  | 'rings';

export interface Location {
  readonly path: string;
  /** From 1, as compilers count. */
  readonly line: number;
  readonly column?: number;
}

export interface View {
  /** The editor's tabs, in their order. */
  readonly openPaths: readonly string[];
  readonly activePath: string | undefined;
  /** Where the editor was last asked to go; a new object each time, also for the same place. */
  readonly location: Location | undefined;
  readonly terminalId: number | undefined;
  /** Selected in the topology and shown in the chart. */
  readonly linkId: string | undefined;
  /** Shown in the ring inspector. */
  readonly port: string | undefined;
  /** The step of the lab's text that was last asked for; a new object each time, also for the same step. */
  readonly step: { readonly id: string } | undefined;
  /** The panel that was last asked to the front; a new object each time. */
  readonly panel: { readonly id: PanelId; readonly focus: boolean } | undefined;
  /** A question or a list that the shell lays over the page. */
  readonly dialog: Dialog | undefined;
}

export type Dialog =
  | { readonly kind: 'commands' | 'go-to-file' | 'keys' | 'new-file' | 'reset-lab' | 'solution' }
  | { readonly kind: 'reset-file' | 'delete-file' | 'file-history'; readonly path: string };

const NOWHERE: View = {
  openPaths: [],
  activePath: undefined,
  location: undefined,
  terminalId: undefined,
  linkId: undefined,
  port: undefined,
  step: undefined,
  panel: undefined,
  dialog: undefined,
};

export const useNavigation = create<View>()(() => NOWHERE);
const set = useNavigation.setState;

function withPath(path: string): Partial<View> {
  const { openPaths } = useNavigation.getState();
  return { activePath: path, openPaths: openPaths.includes(path) ? openPaths : [...openPaths, path] };
}

export const navigation = {
  openFile(path: string): void {
    set({ ...withPath(path), panel: { id: 'editor', focus: true } });
  },
  /** Opens the file and puts the cursor there. */
  openLocation(path: string, line: number, column?: number): void {
    const location = column === undefined ? { path, line } : { path, line, column };
    set({ ...withPath(path), location, panel: { id: 'editor', focus: true } });
  },
  closeFile(path: string): void {
    const { openPaths, activePath } = useNavigation.getState();
    const rest = openPaths.filter((open) => open !== path);
    const neighbor = rest[Math.min(openPaths.indexOf(path), rest.length - 1)];
    set({ openPaths: rest, activePath: activePath === path ? neighbor : activePath });
  },
  showTerminal(terminalId: number, focus = true): void {
    set({ terminalId, panel: { id: 'terminals', focus } });
  },
  /** The terminal of a process of the lab's topology, when it has one. */
  showProcess(name: string): void {
    const process = store.getState().workspace?.run?.processes.find((each) => each.name === name);
    if (process?.terminalId !== undefined) navigation.showTerminal(process.terminalId);
  },
  showLink(linkId: string | undefined): void {
    set(linkId === undefined ? { linkId } : { linkId, panel: { id: 'rates', focus: false } });
  },
  showPort(port: string): void {
    set({ port, panel: { id: 'rings', focus: false } });
  },
  showStep(id: string): void {
    set({ step: { id }, panel: { id: 'lab-text', focus: false } });
  },
  showPanel(id: PanelId, focus = true): void {
    set({ panel: { id, focus } });
  },
  /** Undefined closes it. */
  showDialog(dialog: Dialog | undefined): void {
    set({ dialog });
  },
  /** Another workspace: nothing is open yet but what is given. */
  start(openPaths: readonly string[], activePath: string | undefined): void {
    set({ ...NOWHERE, openPaths, activePath });
  },
};
