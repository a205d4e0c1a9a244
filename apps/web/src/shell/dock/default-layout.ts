// SPDX-License-Identifier: BSD-2-Clause
import type { AddPanelPositionOptions, DockviewApi } from 'dockview-react';
import type { PanelId } from '../../api/index.ts';

interface Place {
  /** Stands beside this panel, or, with `within`, is a tab of its group. */
  readonly beside?: PanelId;
  readonly direction: 'left' | 'right' | 'above' | 'below' | 'within';
}

/** Where a panel stands at first, and where it goes when it is shown again and its group is gone. */
const PLACES: Readonly<Record<PanelId, Place>> = {
  editor: { direction: 'right' },
  'lab-text': { beside: 'editor', direction: 'left' },
  topology: { beside: 'editor', direction: 'right' },
  terminals: { beside: 'editor', direction: 'below' },
  checks: { beside: 'lab-text', direction: 'within' },
  files: { beside: 'lab-text', direction: 'below' },
  rates: { beside: 'topology', direction: 'below' },
  curve: { beside: 'rates', direction: 'within' },
  rings: { beside: 'rates', direction: 'within' },
};

export const PANEL_IDS = Object.keys(PLACES) as PanelId[];

export function positionFor(api: DockviewApi, id: PanelId): AddPanelPositionOptions {
  const { beside, direction } = PLACES[id];
  if (beside !== undefined && api.getPanel(beside) !== undefined)
    return { referencePanel: beside, direction };
  return { direction: direction === 'within' ? 'right' : direction };
}

/** Shares of the window, so that 1280 and 1920 px both look meant. */
export function sizePanels(api: DockviewApi): void {
  const { width, height } = api;
  const side = Math.round(Math.min(480, width * 0.2665));
  const right = Math.round(Math.min(560, width * 0.27));
  api.getPanel('lab-text')?.group.api.setSize({ width: side });
  api.getPanel('topology')?.group.api.setSize({ width: right, height: Math.round(height * 0.52) });
  api.getPanel('files')?.group.api.setSize({ height: Math.round(Math.min(220, height * 0.22)) });
  api.getPanel('terminals')?.group.api.setSize({ height: Math.round(height * 0.36) });
}
