// SPDX-License-Identifier: BSD-2-Clause
import { onThemeChange, readTokens } from '../tokens.ts';
import type { Monaco } from './load-monaco.ts';

type Token = ReturnType<typeof readTokens>;

/** Monaco's theme, made of the page's tokens; made anew when the page's theme changes. */
export function followPageTheme(monaco: Monaco): Disposable {
  applyPageTheme(monaco);
  return onThemeChange(() => applyPageTheme(monaco));
}

function applyPageTheme(monaco: Monaco): void {
  const token = readTokens();
  const light = document.documentElement.dataset.theme === 'light';
  monaco.editor.defineTheme('ringlab', {
    base: light ? 'vs' : 'vs-dark',
    inherit: true,
    rules: syntaxRules(token),
    colors: colors(token),
  });
  monaco.editor.setTheme('ringlab');
}

function syntaxRules(token: Token) {
  const rule = (scope: string, name: `--${string}`) => ({ token: scope, foreground: token(name).slice(1) });
  return [
    rule('', '--text'),
    { ...rule('comment', '--code-comment'), fontStyle: 'italic' },
    rule('keyword', '--code-keyword'),
    rule('keyword.directive', '--code-preprocessor'),
    rule('string', '--code-string'),
    rule('string.include', '--code-string'),
    rule('number', '--code-number'),
    rule('delimiter', '--text-dim'),
    ...[
      'int',
      'char',
      'long',
      'short',
      'unsigned',
      'signed',
      'void',
      'float',
      'double',
      'struct',
      'const',
      'static',
    ].map((type) => rule(`keyword.${type}`, '--code-type')),
  ];
}

function colors(token: Token): Record<string, string> {
  return {
    'editor.background': token('--panel'),
    'editor.foreground': token('--text'),
    'editorLineNumber.foreground': token('--line-strong'),
    'editorLineNumber.activeForeground': token('--text-dim'),
    'editor.lineHighlightBackground': '#00000000',
    'editor.lineHighlightBorder': token('--raised'),
    'editorCursor.foreground': token('--accent'),
    'editor.selectionBackground': `${token('--accent')}45`,
    'editor.inactiveSelectionBackground': `${token('--accent')}25`,
    'editor.wordHighlightBackground': `${token('--accent')}20`,
    'editorBracketMatch.background': `${token('--accent')}20`,
    'editorBracketMatch.border': token('--accent'),
    'editorError.foreground': token('--bad'),
    'editorWarning.foreground': token('--warn'),
    'editorInfo.foreground': token('--accent'),
    'editorIndentGuide.background1': token('--line'),
    'editorWidget.background': token('--raised'),
    'editorWidget.border': token('--line-strong'),
    'editorHoverWidget.background': token('--raised'),
    'editorHoverWidget.border': token('--line-strong'),
    'editorSuggestWidget.background': token('--raised'),
    'editorSuggestWidget.selectedBackground': `${token('--accent')}30`,
    'input.background': token('--page'),
    'input.border': token('--line-strong'),
    focusBorder: token('--accent'),
    'scrollbar.shadow': '#00000000',
    'scrollbarSlider.background': `${token('--text-faint')}30`,
    'scrollbarSlider.hoverBackground': `${token('--text-faint')}50`,
    'editorOverviewRuler.border': '#00000000',
    'diffEditor.insertedTextBackground': `${token('--good')}28`,
    'diffEditor.removedTextBackground': `${token('--bad')}28`,
    'diffEditor.insertedLineBackground': `${token('--good')}14`,
    'diffEditor.removedLineBackground': `${token('--bad')}14`,
  };
}
