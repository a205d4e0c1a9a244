// SPDX-License-Identifier: BSD-2-Clause
/** The one stretch in which two texts differ: `before.slice(start, endBefore)` became `text`. */
export interface TextChange {
  readonly start: number;
  readonly endBefore: number;
  readonly text: string;
}

/** Undefined for equal texts. Replacing only what differs leaves cursors, folds and markers elsewhere in place. */
export function textChange(before: string, after: string): TextChange | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shorter - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return { start, endBefore: before.length - tail, text: after.slice(start, after.length - tail) };
}
