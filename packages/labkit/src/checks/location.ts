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
  for (const pattern of patterns.filter((each) => each !== undefined)) {
    const found = firstLine(code, pattern) ?? firstLine(code, onOneLine(pattern));
    if (found !== undefined) return found;
  }
  return undefined;
}

interface CodeFile {
  readonly path: string;
  readonly lines: readonly string[];
}

function firstLine(code: readonly CodeFile[], pattern: RegExp | undefined): CheckResult['location'] {
  if (pattern === undefined) return undefined;
  for (const { path, lines } of code) {
    const index = lines.findIndex((line) => pattern.test(line));
    if (index >= 0) return { path, line: index + 1 };
  }
  return undefined;
}

/** `^forward\(` is a definition in the starters' style: for it, one whose type stands on the same line, as many write it. */
function onOneLine({ source }: RegExp): RegExp | undefined {
  const [, name] = /^\^(\(?[\w|]+\)?)\\\($/.exec(source) ?? [];
  return name === undefined ? undefined : new RegExp(`^[\\w:<>*& ]+[ *&]${name}\\([^;]*$`);
}

/** With blanks for comments, which speak of code and are none; what stands between quotes stays. */
function codeLines(content: SandboxFile['content']): string[] {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  const blank = (found: string) => (found.startsWith('"') ? found : found.replaceAll(/[^\n]/g, ' '));
  return text.replaceAll(COMMENTS_AND_TEXTS, blank).split('\n');
}
