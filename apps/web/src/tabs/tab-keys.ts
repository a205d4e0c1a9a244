// SPDX-License-Identifier: BSD-2-Clause
/**
 * The keys of a list of tabs, as WAI-ARIA's pattern has them: arrows, Home and End go from tab to tab, Enter and Space show
 * the one that has the keyboard, Delete closes it where it can be closed. Showing waits for Enter, because it takes the
 * keyboard to what is shown.
 */
import type { KeyboardEvent } from 'react';

/** For the element with the role `tablist`. */
export function tabKeys(event: KeyboardEvent<HTMLElement>): void {
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')];
  const at = tabs.indexOf(event.target as HTMLElement);
  if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
  const next = tabAfter(event.key, at, tabs.length);
  if (next !== undefined) tabs[next]?.focus();
  else if (event.key === 'Enter' || event.key === ' ') tabs[at]?.click();
  else if (event.key === 'Delete') close(tabs, at);
  else return;
  event.preventDefault();
}

/** Where a key leads from one of so many tabs; around the ends, and undefined for a key that leads nowhere. */
export function tabAfter(key: string, at: number, count: number): number | undefined {
  if (key === 'ArrowRight') return (at + 1) % count;
  if (key === 'ArrowLeft') return (at + count - 1) % count;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : undefined;
}

function close(tabs: readonly HTMLElement[], at: number): void {
  const button = tabs[at]?.querySelector<HTMLElement>('.tab-close');
  if (!button) return;
  (tabs[at + 1] ?? tabs[at - 1])?.focus();
  button.click();
}
