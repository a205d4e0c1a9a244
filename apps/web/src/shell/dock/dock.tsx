// SPDX-License-Identifier: BSD-2-Clause
import 'dockview-react/dist/styles/dockview.css';
import './dock.css';
import {
  type DockviewApi,
  DockviewReact,
  type DockviewTheme,
  type IDockviewHeaderActionsProps,
  type IDockviewPanelHeaderProps,
  type IDockviewPanelProps,
} from 'dockview-react';
import { X } from 'lucide-react';
import { type FunctionComponent, useCallback, useEffect, useState } from 'react';
import { navigation, type PanelId, useNavigation } from '../../api/index.ts';
import { PANELS } from '../panels.tsx';
import { PANEL_IDS } from './default-layout.ts';
import { DockController } from './dock-controller.ts';
import { PanelFrame } from './panel-frame.tsx';

const THEME: DockviewTheme = {
  name: 'ringlab',
  className: 'dockview-theme-ringlab',
  gap: 4,
  dndPanelOverlay: 'group',
  tabGroupIndicator: 'none',
};

const COMPONENTS = Object.fromEntries(
  PANEL_IDS.map((id): [string, FunctionComponent<IDockviewPanelProps>] => [id, () => <PanelFrame id={id} />]),
);

let controller: DockController | undefined;

/** The dock of the page that is shown; undefined elsewhere. */
export function currentDock(): DockController | undefined {
  return controller;
}

export function Dock({ lab }: { readonly lab: string }) {
  const [api, setApi] = useState<DockviewApi>();
  const ready = useCallback((event: { api: DockviewApi }) => setApi(event.api), []);
  useController(api, lab);
  return (
    <DockviewReact
      className="dock"
      theme={THEME}
      components={COMPONENTS}
      defaultTabComponent={PanelTab}
      leftHeaderActionsComponent={PanelHeader}
      onReady={ready}
      disableFloatingGroups
      scrollbars="native"
    />
  );
}

function useController(api: DockviewApi | undefined, lab: string): void {
  useEffect(() => {
    if (api === undefined) return;
    const created = new DockController(api, lab);
    controller = created;
    const unsubscribe = useNavigation.subscribe(({ panel }, before) => {
      if (panel !== undefined && panel !== before.panel) created.show(panel.id, panel.focus);
    });
    return () => {
      unsubscribe();
      created[Symbol.dispose]();
      controller = undefined;
    };
  }, [api, lab]);
}

function PanelTab({ api }: IDockviewPanelHeaderProps) {
  const id = api.id as PanelId;
  const { title } = PANELS[id];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dockview's own element around it is the tab.
    <div className="panel-tab" onDoubleClick={() => controller?.toggleMaximized(id)}>
      <span>{title}</span>
      <button
        type="button"
        className="panel-tab-hide"
        aria-label={`Hide ${title}`}
        title={`Hide ${title} (it comes back through the View menu)`}
        onPointerDown={(event) => event.stopPropagation()}
        onClick={() => controller?.hide(id)}
      >
        <X size={12} />
      </button>
    </div>
  );
}

/** What the group's front panel puts beside its title. */
function PanelHeader({ activePanel }: IDockviewHeaderActionsProps) {
  const Header = activePanel && PANELS[activePanel.id as PanelId].header;
  if (Header === undefined) return null;
  return (
    <div className="panel-header">
      <Header />
    </div>
  );
}

/** Brings the next visible panel in reading order to the keyboard. */
export function focusNeighborPanel(step: 1 | -1, focused: PanelId | undefined): void {
  const ids = controller?.visibleIds() ?? [];
  const at = focused === undefined ? (step === 1 ? -1 : 0) : ids.indexOf(focused);
  const next = ids.at((at + step + ids.length) % ids.length);
  if (next !== undefined) navigation.showPanel(next);
}
