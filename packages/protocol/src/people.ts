// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';

export const role = z.enum(['attendee', 'instructor']);
export type Role = z.infer<typeof role>;

export const personId = z.string().min(1).max(40);

export const person = z.object({ personId, name: z.string(), role });
export type Person = z.infer<typeof person>;

/** A name as a person types it: 1 to 40 characters, no control characters, outer blanks dropped. */
export const personName = z
  .string()
  .trim()
  .min(1, 'Type your name.')
  .max(40, 'A name has at most 40 characters.')
  .regex(/^\P{Cc}+$/u, 'A name has no control characters.');
