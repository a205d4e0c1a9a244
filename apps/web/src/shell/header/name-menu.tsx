// SPDX-License-Identifier: BSD-2-Clause
import { Check, ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { navigation, useAppState } from '../../api/index.ts';
import { leave } from '../leave.ts';
import { chooseTheme, type ThemeChoice, themeChoice } from '../theme.ts';

const THEMES: readonly { choice: ThemeChoice; words: string }[] = [
  { choice: 'system', words: 'Theme of the system' },
  { choice: 'dark', words: 'Dark' },
  { choice: 'light', words: 'Light' },
];

export function NameMenu() {
  const person = useAppState(({ me }) => me?.person);
  const [, navigate] = useLocation();
  if (person === undefined) return null;
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="name-menu-trigger">
        <span className="name-menu-name">{person.name}</span>
        <ChevronDown size={14} className="dim" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          <ThemeItems />
          <DropdownMenu.Separator className="menu-line" />
          {person.role === 'instructor' && (
            <DropdownMenu.Item className="menu-item" onSelect={() => navigate('/board')}>
              <span className="menu-mark" />
              The board
            </DropdownMenu.Item>
          )}
          <DropdownMenu.Item className="menu-item" onSelect={() => navigation.showDialog({ kind: 'keys' })}>
            <span className="menu-mark" />
            All keys
            <span className="menu-hint">?</span>
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={leave}>
            <span className="menu-mark" />
            Leave
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function ThemeItems() {
  const [chosen, setChosen] = useState(themeChoice);
  const choose = (choice: ThemeChoice) => {
    chooseTheme(choice);
    setChosen(choice);
  };
  return THEMES.map(({ choice, words }) => (
    <DropdownMenu.Item key={choice} className="menu-item" onSelect={() => choose(choice)}>
      <span className="menu-mark">{chosen === choice && <Check size={14} />}</span>
      {words}
    </DropdownMenu.Item>
  ));
}
