// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';

/** How a process ended. Exactly one of `code` and `signal` is there. */
export const exitStatus = z.object({
  code: z.int().optional(),
  /** The signal's name, `SIGSEGV`. */
  signal: z.string().optional(),
  /** One sentence for a person: "crashed with SIGSEGV in sink.c line 41", "stopped: it used more than 512 MiB". */
  words: z.string(),
  /** It ended because its sandbox did, which nobody had asked for; what it wrote is gone. */
  lost: z.literal(true).optional(),
});
export type ExitStatus = z.infer<typeof exitStatus>;

/** Unique as long as the server runs (`welcome.bootId` tells when it was restarted). */
export const terminalId = z.int().min(1).max(0xffffffff);

export const terminalInfo = z.object({
  terminalId,
  title: z.string(),
  kind: z.enum(['build', 'process', 'shell', 'check']),
  /** With kind `process`: the name of the lab's process. */
  process: z.string().optional(),
  startedAtMs: z.number(),
  exit: exitStatus.optional(),
  cols: z.int(),
  rows: z.int(),
});
export type TerminalInfo = z.infer<typeof terminalInfo>;
