// SPDX-License-Identifier: BSD-2-Clause
import type { CheckResult } from '@ringlab/protocol';
import type { SandboxFile } from '../sandbox.ts';

const COMMENTS_AND_TEXTS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"/g;

/** The first line that a pattern finds in C code; of several patterns, the first that finds any. */
export function findLocation(
  files: readonly SandboxFile[],
  patterns: readonly (RegExp | undefined)[],
): CheckResult['location'] {
  const code = files.map(({ path, content }) => ({ path, lines: codeLines(content) }));
  for (const pattern of patterns) {
    for (const { path, lines } of pattern === undefined ? [] : code) {
      const index = lines.findIndex((line) => pattern?.test(line));
      if (index >= 0) return { path, line: index + 1 };
    }
  }
  return undefined;
}

/** With blanks for comments, which speak of code and are none; what stands between quotes stays. */
function codeLines(content: SandboxFile['content']): string[] {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  const blank = (found: string) => (found.startsWith('"') ? found : found.replaceAll(/[^\n]/g, ' '));
  return text.replaceAll(COMMENTS_AND_TEXTS, blank).split('\n');
}
