// SPDX-License-Identifier: BSD-2-Clause
import type { ITheme } from '@xterm/xterm';
import { readTokens } from '../tokens.ts';

const COLORS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

/** The page's tokens as a terminal's colors. */
export function terminalTheme(): ITheme {
  const token = readTokens();
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
