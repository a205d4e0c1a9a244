// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { driverName } from './labs.ts';

/** `left-out`: not needed here, or nothing that the chosen driver can do; `words` says why. */
export const provisionLineState = z.enum(['waiting', 'working', 'good', 'bad', 'left-out']);
export type ProvisionLineState = z.infer<typeof provisionLineState>;

/** One line of the checklist. */
export const provisionLine = z.object({
  /** Stable over one provisioning: `driver-docker`, `lab-03-sink`. */
  id: z.string(),
  part: z.enum(['drivers', 'image', 'pool', 'labs']),
  title: z.string(),
  state: provisionLineState,
  /** What it does, how it went, or what is wrong and what mends it. */
  words: z.string(),
  /** 0 to 1, while it works and knows. */
  done: z.number().min(0).max(1).optional(),
  tookMs: z.number().nonnegative().optional(),
});
export type ProvisionLine = z.infer<typeof provisionLine>;

/** Whether this machine is ready for a course: what was found, made and tried. */
export const provisioning = z.object({
  phase: z.enum(['never', 'working', 'stopped', 'good', 'bad']),
  /** What sandboxes were tried with; not known before the drivers were. */
  driver: driverName.optional(),
  startedAtMs: z.number().optional(),
  endedAtMs: z.number().optional(),
  lines: z.array(provisionLine),
});
export type Provisioning = z.infer<typeof provisioning>;

/** The one sentence that a finished list comes to. */
export function provisioningVerdict({ phase, lines, driver }: Provisioning): string {
  const labs = lines.filter(({ part }) => part === 'labs');
  const leftOut = labs.filter(({ state }) => state === 'left-out').length;
  const bad = lines.filter(({ state }) => state === 'bad').length;
  if (phase === 'stopped') return 'Stopped before the end.';
  if (phase !== 'good') return `Not ready: ${bad === 1 ? 'one line says' : `${bad} lines say`} what to do.`;
  if (leftOut === 0) return `Ready: everything works with ${driver}.`;
  const theOthers = leftOut === 1 ? 'the other one says what it needs' : 'the others say what they need';
  return `Ready for ${labs.length - leftOut} of ${labs.length} labs with ${driver}; ${theOthers}.`;
}
