// SPDX-License-Identifier: BSD-2-Clause
/** Everything that can be done on the workspace page, each once: the palette, the keys and the menus show these. */
import { actions, appState, navigation, type PanelId, useNavigation } from '../api/index.ts';
import { orderTerminals } from '../terminals/terminal-order.ts';
import { isActive, pressCheck, pressRun } from './activity.ts';
import { PANEL_IDS } from './dock/default-layout.ts';
import { currentDock, focusNeighborPanel } from './dock/dock.tsx';
import { focusedPanel } from './dock/panel-focus.ts';
import { leave } from './leave.ts';
import { hasPanel, PANELS } from './panels.tsx';
import { attempt } from './problem.ts';
import { chooseTheme } from './theme.ts';

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly group: 'Run' | 'File' | 'Go' | 'View' | 'Session';
  /** `Ctrl+Shift+Enter`; on a Mac, Command does as well as Ctrl. */
  readonly keys?: string;
  readonly run: () => unknown;
  /** False: it would make no sense now. */
  readonly when?: () => boolean;
}

const workspace = () => appState().workspace;
const ownWorkspace = () => workspace()?.readOnly === false;
const running = () => isActive(workspace()?.run);
const activePath = () => useNavigation.getState().activePath;

function activeFile() {
  return workspace()?.files.find(({ path }) => path === activePath());
}

function withActivePath(act: (path: string) => unknown): () => unknown {
  return () => {
    const path = activePath();
    return path === undefined ? undefined : act(path);
  };
}

const RUN: readonly Command[] = [
  { id: 'run', title: 'Run', group: 'Run', keys: 'Ctrl+Enter', run: pressRun, when: ownWorkspace },
  {
    id: 'stop',
    title: 'Stop',
    group: 'Run',
    keys: 'Ctrl+.',
    run: () => attempt(() => actions.stopRun()),
    when: () => ownWorkspace() && running(),
  },
  {
    id: 'check',
    title: 'Check',
    group: 'Run',
    keys: 'Ctrl+Shift+Enter',
    run: pressCheck,
    when: ownWorkspace,
  },
  {
    id: 'check-stop',
    title: 'Stop checking',
    group: 'Run',
    run: () => attempt(() => actions.stopCheck()),
    when: () => ownWorkspace() && workspace()?.check !== undefined && workspace()?.check?.phase !== 'ended',
  },
];

const FILE: readonly Command[] = [
  {
    id: 'save',
    title: 'Save',
    group: 'File',
    keys: 'Ctrl+S',
    run: () => attempt(() => actions.saveAll()),
    when: ownWorkspace,
  },
  { id: 'new-file', title: 'New file', group: 'File', run: dialog('new-file'), when: ownWorkspace },
  {
    id: 'file-history',
    title: 'File history',
    group: 'File',
    run: withActivePath((path) => navigation.showDialog({ kind: 'file-history', path })),
    when: () => activePath() !== undefined,
  },
  {
    id: 'reset-file',
    title: 'Reset file',
    group: 'File',
    run: withActivePath((path) => navigation.showDialog({ kind: 'reset-file', path })),
    when: () => ownWorkspace() && activeFile()?.starter === true && activeFile()?.editable === true,
  },
  {
    id: 'delete-file',
    title: 'Delete file',
    group: 'File',
    run: withActivePath((path) => navigation.showDialog({ kind: 'delete-file', path })),
    when: () => ownWorkspace() && activeFile()?.starter === false,
  },
  {
    id: 'solution',
    title: 'Compare with the solution',
    group: 'File',
    run: dialog('solution'),
    when: () =>
      appState().labs.some(({ slug, solutionOpen }) => slug === workspace()?.ref.lab && solutionOpen),
  },
  { id: 'reset-lab', title: 'Reset lab', group: 'File', run: dialog('reset-lab'), when: ownWorkspace },
  {
    id: 'close-file',
    title: 'Close file',
    group: 'File',
    keys: 'Alt+W',
    run: withActivePath(navigation.closeFile),
  },
];

const GO: readonly Command[] = [
  { id: 'go-to-file', title: 'Go to file', group: 'Go', keys: 'Ctrl+P', run: dialog('go-to-file') },
  { id: 'commands', title: 'All commands', group: 'Go', keys: 'Ctrl+Shift+P', run: dialog('commands') },
  {
    id: 'next-panel',
    title: 'Next panel',
    group: 'Go',
    keys: 'F6',
    run: () => focusNeighborPanel(1, focusedPanel()),
  },
  {
    id: 'previous-panel',
    title: 'Previous panel',
    group: 'Go',
    keys: 'Shift+F6',
    run: () => focusNeighborPanel(-1, focusedPanel()),
  },
  { id: 'go-editor', title: 'Go to the editor', group: 'Go', keys: 'Ctrl+1', run: show('editor') },
  { id: 'go-terminal', title: 'Go to the terminal', group: 'Go', keys: 'Ctrl+`', run: toggleTerminal },
  { id: 'go-files', title: 'Go to the files', group: 'Go', keys: 'Ctrl+Shift+E', run: show('files') },
  {
    id: 'new-terminal',
    title: 'New terminal',
    group: 'Go',
    keys: 'Ctrl+Shift+`',
    run: () => attempt(openShell),
    when: ownWorkspace,
  },
  ...Array.from(
    { length: 9 },
    (_, index): Command => ({
      id: `terminal-${index + 1}`,
      title: `Terminal ${index + 1}`,
      group: 'Go',
      keys: `Alt+${index + 1}`,
      run: () => showTerminalAt(index),
      when: () => terminalAt(index) !== undefined,
    }),
  ),
];

const VIEW: readonly Command[] = [
  ...PANEL_IDS.map(
    (id): Command => ({
      id: `panel-${id}`,
      title: `Show or hide ${PANELS[id].title.toLowerCase()}`,
      group: 'View',
      run: () => currentDock()?.toggle(id),
      when: () => hasPanel(id),
    }),
  ),
  {
    id: 'maximize',
    title: 'Maximize this panel, or put it back',
    group: 'View',
    keys: 'Ctrl+Shift+M',
    run: () => currentDock()?.toggleMaximized(focusedPanel() ?? 'editor'),
  },
  { id: 'reset-layout', title: 'Reset the layout', group: 'View', run: () => currentDock()?.reset() },
  { id: 'theme-dark', title: 'Dark theme', group: 'View', run: () => chooseTheme('dark') },
  { id: 'theme-light', title: 'Light theme', group: 'View', run: () => chooseTheme('light') },
  { id: 'theme-system', title: "The system's theme", group: 'View', run: () => chooseTheme('system') },
];

const SESSION: readonly Command[] = [
  { id: 'keys', title: 'All keys', group: 'Session', keys: '?', run: dialog('keys') },
  { id: 'leave', title: 'Leave', group: 'Session', run: leave },
];

export const COMMANDS: readonly Command[] = [...RUN, ...FILE, ...GO, ...VIEW, ...SESSION];

export function isEnabled(command: Command): boolean {
  return command.when?.() ?? true;
}

export function commandKeys(id: string): string {
  return COMMANDS.find((command) => command.id === id)?.keys ?? '';
}

function dialog(
  kind: 'commands' | 'go-to-file' | 'keys' | 'new-file' | 'reset-lab' | 'solution',
): () => void {
  return () => navigation.showDialog({ kind });
}

function show(id: PanelId): () => void {
  return () => navigation.showPanel(id);
}

function toggleTerminal(): void {
  if (focusedPanel() === 'terminals') navigation.showPanel('editor');
  else navigation.showPanel('terminals');
}

function terminalAt(index: number) {
  return orderTerminals(workspace()?.terminals ?? [])[index];
}

function showTerminalAt(index: number): void {
  const terminal = terminalAt(index);
  if (terminal !== undefined) navigation.showTerminal(terminal.terminalId);
}

async function openShell(): Promise<void> {
  const { terminalId } = await actions.openShell(80, 24);
  navigation.showTerminal(terminalId);
}
