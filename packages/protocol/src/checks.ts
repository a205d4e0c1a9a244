// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';

/** Something that a check measured: `{ name: 'rate', value: '1.284 Mpps', beside: '1.301 Mpps' }`. */
export const measurement = z.object({
  name: z.string(),
  value: z.string(),
  /** The same of what it is compared with, or what it is made of. */
  beside: z.string().optional(),
});
export type Measurement = z.infer<typeof measurement>;

export const checkResult = z.object({
  id: z.string(),
  title: z.string(),
  /** The lab is done without it. */
  optional: z.boolean().optional(),
  state: z.enum(['waiting', 'running', 'passed', 'failed', 'skipped']),
  /** What was sent, a sentence. */
  sent: z.string().optional(),
  expected: z.string().optional(),
  actual: z.string().optional(),
  /** Worth seeing whether it passed or not: what is measured is shown in figures. */
  measured: z.array(measurement).optional(),
  /** The hint that fits the mistake. */
  hint: z.string().optional(),
  /** Two packets side by side, as hex without blanks, where bytes differ. */
  packets: z.object({ expectedHex: z.string(), actualHex: z.string() }).optional(),
  /** Where in the attendee's code to look. */
  location: z.object({ path: z.string(), line: z.int() }).optional(),
  durationMs: z.number().optional(),
});
export type CheckResult = z.infer<typeof checkResult>;

export const checkRunState = z.object({
  checkRunId: z.string(),
  phase: z.enum(['preparing', 'building', 'checking', 'ended']),
  startedAtMs: z.number(),
  endedAtMs: z.number().optional(),
  results: z.array(checkResult),
  /** All checks passed that are not optional. */
  passed: z.boolean(),
  /** Why it ended without judging: a failed build (with the compiler's first words), no driver. */
  message: z.string().optional(),
  /** The files' versions that were judged. */
  versions: z.record(z.string(), z.int()),
});
export type CheckRunState = z.infer<typeof checkRunState>;
