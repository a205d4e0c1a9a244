// SPDX-License-Identifier: BSD-2-Clause
/** A place in the attendee's files that a line of output names, as compilers and sanitizers print it. */
export interface SourceLink {
  readonly path: string;
  readonly line: number;
  readonly column?: number;
  /** Where it stands in the text, in characters; `end` is the first one after it. */
  readonly start: number;
  readonly end: number;
}

const PLACE = /(?:\/workspace\/|\.\/)?([A-Za-z0-9_-][A-Za-z0-9._/-]*):(\d{1,6})(?::(\d{1,6}))?/g;

/** `forward.c:42:7: error: ...` and its like; only for files that `isFile` knows, so that times are no links. */
export function sourceLinks(text: string, isFile: (path: string) => boolean): SourceLink[] {
  return [...text.matchAll(PLACE)].flatMap((match) => {
    const [whole, path = '', line = '', column] = match;
    if (!isFile(path)) return [];
    const place = { path, line: Number(line), start: match.index, end: match.index + whole.length };
    return [column === undefined ? place : { ...place, column: Number(column) }];
  });
}
