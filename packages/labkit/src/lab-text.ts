// SPDX-License-Identifier: BSD-2-Clause

/** `text.md`, cut at its headings of the second level. */
export interface LabText {
  /** Markdown before the first heading. */
  readonly intro: string;
  readonly sections: readonly { readonly title: string; readonly text: string; readonly line: number }[];
  /** The section `Going further`, empty when there is none. */
  readonly goingFurther: string;
}

const HEADING = /^## +(.+?) *$/;
const FENCE = /^ {0,3}(```+|~~~+)/;
const FURTHER = 'Going further';

/** Headings inside fenced code are code. Never throws. */
export function parseLabText(markdown: string): LabText {
  const sections: { title: string; lines: string[]; line: number }[] = [{ title: '', lines: [], line: 1 }];
  let fence: string | undefined;
  for (const [index, text] of markdown.split('\n').entries()) {
    fence = fenceAfter(text, fence);
    const title = fence === undefined ? HEADING.exec(text)?.[1] : undefined;
    if (title === undefined) sections.at(-1)?.lines.push(text);
    else sections.push({ title, lines: [], line: index + 1 });
  }
  const [intro, ...rest] = sections.map(({ title, lines, line }) => ({
    title,
    text: lines.join('\n').trim(),
    line,
  }));
  return {
    intro: intro?.text ?? '',
    sections: rest.filter(({ title }) => title !== FURTHER),
    goingFurther: rest.find(({ title }) => title === FURTHER)?.text ?? '',
  };
}

/** The fence that is open after this line: a fence is closed by one of the same kind that is no shorter. */
export function fenceAfter(line: string, open: string | undefined): string | undefined {
  const mark = FENCE.exec(line)?.[1];
  if (mark === undefined) return open;
  if (open === undefined) return mark;
  return mark.startsWith(open) ? undefined : open;
}
