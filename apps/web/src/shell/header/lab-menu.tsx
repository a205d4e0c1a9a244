// SPDX-License-Identifier: BSD-2-Clause
import { Check, ChevronDown, Circle } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useLocation } from 'wouter';
import { navigation, useAppState } from '../../api/index.ts';

/** The lab's title; opens the way to the other labs and to the course. */
export function LabMenu({ slug, title }: { readonly slug: string; readonly title: string }) {
  const labs = useAppState((state) => state.labs);
  const [, navigate] = useLocation();
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="lab-menu-trigger" title="Labs">
        <span className="numbers dim">{slug.slice(0, 2)}</span>
        <span className="lab-menu-title">{title}</span>
        <ChevronDown size={14} className="dim" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={4}>
          {labs.map((lab) => (
            <DropdownMenu.Item
              key={lab.slug}
              className="menu-item"
              disabled={!lab.open}
              onSelect={() => navigate(`/labs/${lab.slug}`)}
            >
              {lab.checks > 0 && lab.passed === lab.checks ? <Check size={14} /> : <Circle size={8} />}
              <span className="numbers dim">{lab.slug.slice(0, 2)}</span>
              <span>{lab.title}</span>
              <span className="menu-hint">{lab.open ? `${lab.passed}/${lab.checks}` : 'closed'}</span>
            </DropdownMenu.Item>
          ))}
          <DropdownMenu.Separator className="menu-line" />
          <DropdownMenu.Item className="menu-item" onSelect={() => navigate('/labs')}>
            The course
          </DropdownMenu.Item>
          <DropdownMenu.Item
            className="menu-item"
            onSelect={() => navigation.showDialog({ kind: 'reset-lab' })}
          >
            Reset this lab
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
