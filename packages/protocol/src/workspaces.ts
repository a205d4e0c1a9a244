// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { labSlug } from './labs.ts';
import { personId } from './people.ts';

/** One person's copy of one lab. Without `personId` it is the asker's own; only an instructor may name another's. */
export const workspaceRef = z.object({ lab: labSlug, personId: personId.optional() });
export type WorkspaceRef = z.infer<typeof workspaceRef>;

/** The largest file a workspace holds. */
export const MAX_FILE_BYTES = 1024 * 1024;
/** What all files of one workspace hold together. */
export const MAX_WORKSPACE_BYTES = 16 * 1024 * 1024;
/** How many files an attendee may have in one workspace. */
export const MAX_WORKSPACE_FILES = 64;

/** A path inside a workspace: relative, `/` between parts, no part empty, `.`, `..` or starting with a dot. */
export const workspacePath = z
  .string()
  .min(1)
  .max(120)
  .regex(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
    'A path is made of letters, digits, dot, dash and underscore, with / between folders.',
  );

export const workspaceFile = z.object({
  path: workspacePath,
  content: z.string(),
  /** Grows by one with each save of this path; 0 is the lab's starter, never saved. */
  version: z.int(),
  editable: z.boolean(),
  /** True when the file came with the lab, and so can be reset. */
  starter: z.boolean(),
});
export type WorkspaceFile = z.infer<typeof workspaceFile>;

export const fileVersion = z.object({
  version: z.int(),
  savedAtMs: z.number(),
  bytes: z.int(),
  /** Why this version was kept. */
  reason: z.enum(['save', 'reset-file', 'reset-lab', 'delete', 'restore']),
});
export type FileVersion = z.infer<typeof fileVersion>;
