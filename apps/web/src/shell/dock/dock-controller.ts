// SPDX-License-Identifier: BSD-2-Clause
import type { DockviewApi } from 'dockview-react';
import type { PanelId } from '../../api/index.ts';
import { hasPanel, PANELS } from '../panels.tsx';
import { PANEL_IDS, positionFor, sizePanels } from './default-layout.ts';
import {
  forgetLayout,
  type HiddenPlace,
  type Layout,
  recallLayout,
  rememberLayout,
} from './layout-memory.ts';
import { focusPanel, panelElement } from './panel-focus.ts';

const REMEMBER_AFTER_MS = 400;

/** The panels of one lab's page: shows, hides and arranges them, and remembers how they stood. */
export class DockController implements Disposable {
  readonly #api: DockviewApi;
  readonly #lab: string;
  readonly #stack = new DisposableStack();
  #hidden: Record<string, HiddenPlace> = {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: DockviewApi, lab: string) {
    this.#api = api;
    this.#lab = lab;
    this.#restore();
    const changes = api.onDidLayoutChange(() => this.#rememberSoon());
    this.#stack.defer(() => changes.dispose());
  }

  isShown(id: PanelId): boolean {
    const panel = this.#api.getPanel(id);
    return panel?.group.api.isVisible ?? false;
  }

  /** To the front; with `focus`, the keyboard goes there, too. */
  show(id: PanelId, focus: boolean): void {
    if (this.#api.getPanel(id) === undefined) this.#add(id);
    const panel = this.#api.getPanel(id);
    panel?.group.api.setVisible(true);
    if (this.#api.hasMaximizedGroup() && panel?.api.isMaximized() === false) this.#api.exitMaximizedGroup();
    if (panel?.group.activePanel !== panel) panel?.api.setActive();
    if (focus) requestAnimationFrame(() => focusPanel(id));
  }

  /** Alone in its group, a panel keeps its place in the grid, unseen; among others, its tab goes. */
  hide(id: PanelId): void {
    const panel = this.#api.getPanel(id);
    if (panel === undefined) return;
    if (panel.group.panels.length === 1) {
      panel.group.api.setVisible(false);
      return;
    }
    this.#hidden[id] = { groupId: panel.group.id, index: panel.group.panels.indexOf(panel) };
    this.#api.removePanel(panel);
  }

  toggle(id: PanelId): void {
    if (this.isShown(id)) this.hide(id);
    else this.show(id, true);
  }

  toggleMaximized(id: PanelId): void {
    const panel = this.#api.getPanel(id);
    if (panel?.api.isMaximized()) panel.api.exitMaximized();
    else panel?.api.maximize();
  }

  reset(): void {
    forgetLayout(this.#lab);
    this.#hidden = {};
    this.#api.clear();
    this.#arrange();
  }

  /** The visible panels, column by column. */
  visibleIds(): PanelId[] {
    const visible = PANEL_IDS.filter((id) => {
      const panel = this.#api.getPanel(id);
      return panel?.group.activePanel === panel && panel?.group.api.isVisible;
    });
    const place = new Map(visible.map((id) => [id, panelElement(id)?.getBoundingClientRect()]));
    const at = (id: PanelId) => place.get(id) ?? { left: 0, top: 0 };
    return visible.sort((a, b) => at(a).left - at(b).left || at(a).top - at(b).top);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#remember();
    this.#stack.dispose();
  }

  #restore(): void {
    const layout = recallLayout(this.#lab);
    if (layout === undefined || !this.#load(layout)) this.#arrange();
  }

  /** False for a layout from another version of the page, or a damaged one: then it is as at the first visit. */
  #load({ dock, hidden }: Layout): boolean {
    try {
      this.#api.fromJSON(dock);
      this.#hidden = hidden;
      return true;
    } catch {
      this.#api.clear();
      return false;
    }
  }

  #arrange(): void {
    for (const id of PANEL_IDS.filter(hasPanel)) this.#add(id);
    for (const id of ['lab-text', 'rates', 'curve', 'editor'] as const)
      this.#api.getPanel(id)?.api.setActive();
    sizePanels(this.#api);
  }

  #add(id: PanelId): void {
    const place = this.#hidden[id];
    const group = place && this.#api.getGroup(place.groupId);
    delete this.#hidden[id];
    const position =
      place && group ? { referenceGroup: group.id, index: place.index } : positionFor(this.#api, id);
    this.#api.addPanel({ id, component: id, title: PANELS[id].title, renderer: 'always', position });
  }

  #rememberSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#remember(), REMEMBER_AFTER_MS);
  }

  #remember(): void {
    if (this.#api.totalPanels > 0)
      rememberLayout(this.#lab, { dock: this.#api.toJSON(), hidden: this.#hidden });
  }
}
