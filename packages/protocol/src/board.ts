// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { isCore, labSlug } from './labs.ts';
import { personId } from './people.ts';
import { runPhase } from './runs.ts';

export const boardCell = z.object({
  lab: labSlug,
  state: z.enum(['untouched', 'started', 'failing', 'passed']),
  passed: z.int(),
  checks: z.int(),
  /** Checks that failed in the latest check run, by title. */
  failing: z.array(z.string()),
});
export type BoardCell = z.infer<typeof boardCell>;

export const boardRow = z.object({
  personId,
  name: z.string(),
  online: z.boolean(),
  lastSeenMs: z.number(),
  /** The lab whose workspace is open in a tab of theirs. */
  lab: labSlug.optional(),
  cells: z.array(boardCell),
  runs: z.array(
    z.object({
      lab: labSlug,
      phase: runPhase,
      sinceMs: z.number(),
      /** Packets per second that the attendee's ports received, together. */
      ratePps: z.number(),
      processes: z.array(z.string()),
    }),
  ),
});
export type BoardRow = z.infer<typeof boardRow>;

export const board = z.object({
  courseCode: z.string(),
  labs: z.array(
    z.object({
      slug: labSlug,
      title: z.string(),
      core: isCore,
      open: z.boolean(),
      solutionOpen: z.boolean(),
    }),
  ),
  rows: z.array(boardRow),
});
export type Board = z.infer<typeof board>;
