// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { driverName, engineName } from './labs.ts';
import { exitStatus, terminalId } from './terminals.ts';

export const diagnostic = z.object({
  path: z.string(),
  /** Both from 1, as the compiler counts. */
  line: z.int(),
  column: z.int(),
  endColumn: z.int().optional(),
  severity: z.enum(['error', 'warning', 'note']),
  /** The compiler's own words. */
  message: z.string(),
  /** `-Wunused-variable`; absent for errors. */
  option: z.string().optional(),
});
export type Diagnostic = z.infer<typeof diagnostic>;

export const processState = z.object({
  name: z.string(),
  state: z.enum(['waiting', 'running', 'exited']),
  terminalId: terminalId.optional(),
  startedAtMs: z.number().optional(),
  exit: exitStatus.optional(),
  /** Share of one processor, 1 = one whole CPU; absent until it was measured. */
  cpu: z.number().optional(),
});
export type ProcessState = z.infer<typeof processState>;

export const runPhase = z.enum(['queued', 'preparing', 'building', 'running', 'stopping', 'ended']);
export type RunPhase = z.infer<typeof runPhase>;

export const runState = z.object({
  runId: z.string(),
  phase: runPhase,
  driver: driverName,
  engine: engineName,
  /** 1 is next; only while `queued`. */
  queuePosition: z.int().optional(),
  startedAtMs: z.number(),
  endedAtMs: z.number().optional(),
  buildTerminalId: terminalId.optional(),
  processes: z.array(processState),
  diagnostics: z.array(diagnostic),
  /** Why the run ended or cannot start, or what a limit stopped; sentences, oldest first. */
  notices: z.array(z.string()),
  /** How it ended: by the attendee, by itself, by a failed build, by a limit, or with the server. */
  outcome: z.enum(['stopped', 'finished', 'build-failed', 'failed', 'limit', 'server-restarted']).optional(),
});
export type RunState = z.infer<typeof runState>;
