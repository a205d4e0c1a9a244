// SPDX-License-Identifier: BSD-2-Clause
import { lineAt } from '../sources.ts';

/** Something that a page says is there. */
export interface Claim {
  /** `code`: between backticks, or a line of a block of shell commands. `link`: a link's or a picture's target. */
  readonly kind: 'code' | 'link';
  readonly text: string;
  readonly line: number;
}

const FENCE = /^```(\w*)[^\n]*\n([\s\S]*?)^```/gm;

export function claimsOf(markdown: string): Claim[] {
  const commands: Claim[] = [...markdown.matchAll(FENCE)]
    .filter(([, language]) => language === 'sh')
    .flatMap(({ 2: body = '', index }) => shellLines(body, lineAt(markdown, index) + 1));
  const text = markdown.replace(FENCE, (block) => block.replace(/[^\n]/g, ' '));
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => claim('code', match, text));
  const links = [...text.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map((match) => claim('link', match, text));
  return [...commands, ...spans, ...links];
}

function claim(kind: Claim['kind'], match: RegExpExecArray, text: string): Claim {
  return { kind, text: match[1] ?? '', line: lineAt(text, match.index) };
}

function shellLines(body: string, firstLine: number): Claim[] {
  return body
    .split('\n')
    .map(
      (line, index): Claim => ({
        kind: 'code',
        text: line.replace(/\s+#.*$/, '').trim(),
        line: firstLine + index,
      }),
    )
    .filter(({ text }) => text !== '' && !text.startsWith('#'));
}
