// SPDX-License-Identifier: BSD-2-Clause

export interface Section {
  readonly title: string;
  readonly text: string;
  readonly line: number;
}

/** `text.md`, cut at its headings of the second level. */
export interface LabText {
  /** Markdown before the first heading. */
  readonly intro: string;
  readonly sections: readonly Section[];
  /** The section `Going further` up to its first heading of the third level, empty when there is none. */
  readonly goingFurther: string;
  /** Its sections of the third level: tasks. */
  readonly tasks: readonly Section[];
}

const HEADING = /^## +(.+?) *$/;
const TASK_HEADING = /^### +(.+?) *$/;
const FENCE = /^ {0,3}(```+|~~~+)/;
const FURTHER = 'Going further';

/** Headings inside fenced code are code. Never throws. */
export function parseLabText(markdown: string): LabText {
  const [intro, ...rest] = cutAt(HEADING, { title: '', text: markdown, line: 0 });
  const further = rest.find(({ title }) => title === FURTHER);
  const [goingFurther, ...tasks] = further === undefined ? [] : cutAt(TASK_HEADING, further);
  return {
    intro: (intro?.text ?? '').trim(),
    sections: rest.filter(({ title }) => title !== FURTHER).map(trimmed),
    goingFurther: (goingFurther?.text ?? '').trim(),
    tasks: tasks.map(trimmed),
  };
}

const trimmed = (section: Section): Section => ({ ...section, text: section.text.trim() });

/** What stands before the first such heading, under the whole's own title, and then a section for each. */
function cutAt(heading: RegExp, whole: Section): Section[] {
  const sections = [{ title: whole.title, lines: [] as string[], line: whole.line }];
  let fence: string | undefined;
  for (const [index, text] of whole.text.split('\n').entries()) {
    fence = fenceAfter(text, fence);
    const title = fence === undefined ? heading.exec(text)?.[1] : undefined;
    if (title === undefined) sections.at(-1)?.lines.push(text);
    else sections.push({ title, lines: [], line: whole.line + index + 1 });
  }
  return sections.map(({ title, lines, line }) => ({ title, text: lines.join('\n'), line }));
}

/** The fence that is open after this line: a fence is closed by one of the same kind that is no shorter. */
export function fenceAfter(line: string, open: string | undefined): string | undefined {
  const mark = FENCE.exec(line)?.[1];
  if (mark === undefined) return open;
  if (open === undefined) return mark;
  return mark.startsWith(open) ? undefined : open;
}
