// SPDX-License-Identifier: BSD-2-Clause
import type { Check } from './check.ts';
import { commandFault } from './prose/commands.ts';
import { claimsOf } from './prose/markdown.ts';
import { linkFault, pathFault } from './prose/paths.ts';
import { symbolFault } from './prose/symbols.ts';
import { readSource, sources } from './sources.ts';

const PAGES = ['README.md', 'ARCHITECTURE.md', 'docs/**/*.md', 'packages/*/*.md'];

export const prose: Check = {
  name: 'prose',
  proves: 'the paths, commands and symbols that our pages name are there',
  run: async () =>
    sources(PAGES).flatMap((path) =>
      claimsOf(readSource(path)).flatMap(({ kind, text, line }) => {
        const message = kind === 'link' ? linkFault(path, text) : codeFault(path, text);
        return message === undefined ? [] : [{ path, line, message }];
      }),
    ),
};

function codeFault(page: string, text: string): string | undefined {
  return commandFault(text) ?? pathFault(page, text) ?? symbolFault(text);
}
