// SPDX-License-Identifier: BSD-2-Clause
import { Check, PanelsTopLeft } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { PANEL_IDS } from '../dock/default-layout.ts';
import { currentDock } from '../dock/dock.tsx';
import { hasPanel, PANELS } from '../panels.tsx';

export function ViewMenu() {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="icon-button" aria-label="View" title="Panels and layout">
        <PanelsTopLeft size={16} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          <PanelItems />
          <DropdownMenu.Separator className="menu-line" />
          <DropdownMenu.Item className="menu-item" onSelect={() => currentDock()?.reset()}>
            <span className="menu-mark" />
            Reset the layout
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Rendered when the menu opens: the dock is asked then what it shows. */
function PanelItems() {
  return PANEL_IDS.filter(hasPanel).map((id) => (
    <DropdownMenu.CheckboxItem
      key={id}
      className="menu-item"
      checked={currentDock()?.isShown(id) ?? false}
      onSelect={() => currentDock()?.toggle(id)}
    >
      <span className="menu-mark">
        <DropdownMenu.ItemIndicator>
          <Check size={14} />
        </DropdownMenu.ItemIndicator>
      </span>
      {PANELS[id].title}
    </DropdownMenu.CheckboxItem>
  ));
}
