// SPDX-License-Identifier: BSD-2-Clause

import type { WorkspaceRef } from '@ringlab/protocol';
import { z } from 'zod';
import { EDITOR_METRICS } from './editor-metrics.ts';

const place = z.object({
  line: z.int().positive(),
  column: z.int().positive(),
  scrollTop: z.number().nonnegative(),
});
/** Where the cursor is in a file, and how far it is scrolled, in pixels. */
export type Place = z.infer<typeof place>;

const WORK = /\byour (?:loop|code) here\b/i;
/** Above the place to work, as a share of the editor's height: what comes before is read first. */
const SHARE_ABOVE = 0.45;

/** The line, from 1, where an untouched starter asks for the attendee's own code. */
export function workLine(content: string): number | undefined {
  const at = content.search(WORK);
  return at < 0 ? undefined : content.slice(0, at).split('\n').length;
}

/** Where this browser left the file; at the first visit, the place to work. */
export function startPlace(ref: WorkspaceRef, path: string, content: string, height: number): Place {
  const line = workLine(content);
  if (line === undefined) return recallPlace(ref, path) ?? { line: 1, column: 1, scrollTop: 0 };
  const above = (line - 1) * EDITOR_METRICS.lineHeight - height * SHARE_ABOVE;
  return recallPlace(ref, path) ?? { line, column: 1, scrollTop: Math.max(0, above) };
}

const key = ({ lab, personId }: WorkspaceRef, path: string) =>
  `ringlab.place/${personId === undefined ? '' : `${personId}/`}${lab}/${path}`;

function recallPlace(ref: WorkspaceRef, path: string): Place | undefined {
  try {
    return place.parse(JSON.parse(localStorage.getItem(key(ref, path)) ?? 'null'));
  } catch {
    return undefined;
  }
}

export function rememberPlace(ref: WorkspaceRef, path: string, where: Place): void {
  try {
    localStorage.setItem(key(ref, path), JSON.stringify(where));
  } catch {
    // No storage: the next visit starts at the place to work.
  }
}
