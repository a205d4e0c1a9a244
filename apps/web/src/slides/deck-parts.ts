// SPDX-License-Identifier: BSD-2-Clause
import { parseFigure, type ToldFigure } from '../ring-figure/model/told-figure.ts';

/** One slide: Markdown before and behind its ring figure, if it has one, and what the speaker reads. */
export interface Slide {
  readonly text: string;
  readonly figure: ToldFigure | undefined;
  readonly notes: string;
}

const FIGURE = /```rings\n([\s\S]*?)```\n?/;
const NOTES = /\nNote:\s*\n?/;

export function slidesOf(markdown: string): Slide[] {
  return markdown.split(/\n---\n/).map((source) => {
    const [body = '', notes = ''] = `\n${source}`.split(NOTES);
    const figure = body.match(FIGURE)?.[1];
    return {
      text: body.replace(FIGURE, '').trim(),
      figure: figure === undefined ? undefined : parseFigure(figure),
      notes: notes.trim(),
    };
  });
}
