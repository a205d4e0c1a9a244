// SPDX-License-Identifier: BSD-2-Clause
/**
 * Every panel of the workspace page and every page behind a route, with the component that fills it. A panel fills
 * its box (`height: 100%`, scrolls inside itself), takes no props and reads `api/` alone: state by `useAppState`,
 * rates by `rateFeed`, what was clicked elsewhere by `useNavigation`, and clicks for elsewhere go to `navigation`.
 */
import { type ComponentType, lazy } from 'react';
import { appState, loadCode, type PanelId } from '../api/index.ts';
import { ChecksPanel } from '../checks/checks-panel.tsx';
import { EditorPanel } from '../editor/editor-panel.tsx';
import { EditorTabs } from '../editor/editor-tabs.tsx';
import { FilesPanel } from '../files/files-panel.tsx';
import { LabTextPanel } from '../lab-text/lab-text-panel.tsx';
import { TerminalTabs } from '../terminals/terminal-tabs.tsx';

const panel = (load: () => Promise<ComponentType>) => lazy(async () => ({ default: await loadCode(load) }));

const TerminalsPanel = panel(async () => (await import('../terminals/terminals-panel.tsx')).TerminalsPanel);
const TopologyPanel = panel(async () => (await import('../topology/topology-panel.tsx')).TopologyPanel);
const RatePanel = panel(async () => (await import('../rates/rate-panel.tsx')).RatePanel);
const CurvePanel = panel(async () => (await import('../curve/curve-panel.tsx')).CurvePanel);
const RingsPanel = panel(async () => (await import('../rings/rings-panel.tsx')).RingsPanel);

export interface PanelInfo {
  readonly title: string;
  readonly component: ComponentType;
  /** Stands beside the panel's title, so that tabs inside a panel cost no second row. */
  readonly header?: ComponentType;
}

export const PANELS: Readonly<Record<PanelId, PanelInfo>> = {
  'lab-text': { title: 'Lab', component: LabTextPanel },
  checks: { title: 'Checks', component: ChecksPanel },
  files: { title: 'Files', component: FilesPanel },
  editor: { title: 'Editor', component: EditorPanel, header: EditorTabs },
  terminals: { title: 'Terminals', component: TerminalsPanel, header: TerminalTabs },
  topology: { title: 'Topology', component: TopologyPanel },
  rates: { title: 'Rate', component: RatePanel },
  curve: { title: 'Curve', component: CurvePanel },
  rings: { title: 'Rings', component: RingsPanel },
};

/** Only some labs measure a curve. */
export function hasPanel(id: PanelId): boolean {
  return id !== 'curve' || appState().workspace?.lab.curve !== undefined;
}
