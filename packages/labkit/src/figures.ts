// SPDX-License-Identifier: BSD-2-Clause
import { FIGURE_ATTRIBUTES, FIGURE_ELEMENTS } from '@ringlab/protocol';

const FIGURE = /(!\[[^\]]*\]\()(figures\/[\w-]+\.svg)\)/g;
const TAG = /<([A-Za-z][\w:-]*)((?:\s+[\w:-]+\s*=\s*"[^"]*")*)\s*\/?>/g;
const ATTRIBUTE = /([\w:-]+)\s*=\s*"/g;
const COMMENTS = /<!--[\s\S]*?-->/g;

/** Whether a link's target is a drawing of the lab's own. */
export function isFigure(target: string): boolean {
  return /^figures\/[\w-]+\.svg$/.test(target);
}

/** The text with its drawings inside, line for line as before. `read` gives a drawing's SVG by its path. */
export async function withFigures(
  markdown: string,
  read: (path: string) => Promise<string>,
): Promise<string> {
  const paths = [...new Set([...markdown.matchAll(FIGURE)].map((found) => found[2] ?? ''))];
  const drawings = new Map(
    await Promise.all(paths.map(async (path) => [path, dataUrl(await read(path))] as const)),
  );
  return markdown.replaceAll(FIGURE, (_, before: string, path: string) => `${before}${drawings.get(path)})`);
}

/** What a drawing has that the page would not draw, a sentence each. */
export function figureFaults(svg: string): string[] {
  const text = svg.replaceAll(COMMENTS, '');
  const tags = [...text.matchAll(TAG)];
  const opened = text.match(/<[A-Za-z]/g)?.length ?? 0;
  const elements = tags.map((tag) => tag[1] ?? '').filter((name) => !FIGURE_ELEMENTS.has(name));
  const attributes = tags
    .flatMap((tag) => [...(tag[2] ?? '').matchAll(ATTRIBUTE)].map((found) => found[1] ?? ''))
    .filter((name) => !FIGURE_ATTRIBUTES.has(name) && name !== 'xmlns');
  return [
    ...(/^\s*<svg\b[^>]*\bviewBox="/.test(text) ? [] : ['It must begin with <svg ... viewBox="...">.']),
    ...(opened === tags.length ? [] : ['A tag is not closed, or an attribute is not in double quotes.']),
    ...[...new Set(elements)].map((name) => `The element <${name}> is not drawn.`),
    ...[...new Set(attributes)].map(
      (name) => `The attribute ${name} is not drawn; use a class for its look.`,
    ),
  ];
}

/** Parentheses would end a link of Markdown. */
function dataUrl(svg: string): string {
  const text = encodeURIComponent(svg.replaceAll(COMMENTS, '').trim());
  return `data:image/svg+xml,${text.replaceAll('(', '%28').replaceAll(')', '%29')}`;
}
