// SPDX-License-Identifier: BSD-2-Clause
export type ThemeChoice = 'system' | 'dark' | 'light';

const KEY = 'ringlab.theme';

export function themeChoice(): ThemeChoice {
  const kept = localStorage.getItem(KEY);
  return kept === 'dark' || kept === 'light' ? kept : 'system';
}

/** The editor and the terminals see it by the attribute; public/theme.js does the same before the first paint. */
export function chooseTheme(choice: ThemeChoice): void {
  if (choice === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  const system = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  document.documentElement.dataset.theme = choice === 'system' ? system : choice;
}
