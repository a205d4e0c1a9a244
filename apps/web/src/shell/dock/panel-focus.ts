// SPDX-License-Identifier: BSD-2-Clause
import type { PanelId } from '../../api/index.ts';

/** Where the keyboard goes in a panel: what is typed into first, then what says it wants it, then any control. */
const TARGETS = [
  '.terminal-view:not([hidden]) .xterm-helper-textarea',
  '.monaco-editor .native-edit-context, .monaco-editor textarea',
  '[data-panel-focus]',
  'a[href], button:not(:disabled), input, summary, [tabindex="0"]',
];

export function panelElement(id: PanelId): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-panel="${id}"]`);
}

export function focusPanel(id: PanelId): void {
  const panel = panelElement(id);
  if (panel === null) return;
  const target = TARGETS.map((selector) => panel.querySelector<HTMLElement>(selector)).find(Boolean);
  (target ?? panel).focus();
}

/** The panel that has the keyboard. */
export function focusedPanel(): PanelId | undefined {
  const panel = document.activeElement?.closest<HTMLElement>('[data-panel]');
  return panel?.dataset.panel as PanelId | undefined;
}
