// SPDX-License-Identifier: BSD-2-Clause
import type { ITheme } from '@xterm/xterm';

const COLORS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

/** The page's tokens as a terminal's colors. */
export function terminalTheme(): ITheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const ansi = Object.fromEntries(
    COLORS.flatMap((color) => [
      [color, token(`--ansi-${color}`)],
      [`bright${color[0]?.toUpperCase()}${color.slice(1)}`, token(`--ansi-${color}`)],
    ]),
  );
  return {
    ...ansi,
    brightBlack: token('--text-faint'),
    background: token('--panel'),
    foreground: token('--text'),
    cursor: token('--accent'),
    cursorAccent: token('--panel'),
    selectionBackground: `${token('--accent')}55`,
    scrollbarSliderBackground: `${token('--text-faint')}30`,
    scrollbarSliderHoverBackground: `${token('--text-faint')}50`,
    scrollbarSliderActiveBackground: `${token('--text-faint')}70`,
  };
}

export function onPageTheme(changed: () => void): Disposable {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return { [Symbol.dispose]: () => observer.disconnect() };
}
