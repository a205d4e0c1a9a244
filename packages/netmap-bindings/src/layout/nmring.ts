// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { failure, type Result, success } from './result.ts';

const index = z.int().nonnegative();

/** A number of slots, the buffer of the first (each next slot has the next buffer), and the length and flags of all. */
const slotRun = z.tuple([z.int().positive(), index, index, index]);

const nmringRing = z.object({
  port: z.string(),
  kind: z.string(),
  dir: z.enum(['tx', 'rx']),
  ring: index,
  mem_id: index,
  slots: index,
  /** As they stand in the ring: what the program sees and moves. */
  head: index,
  cur: index,
  tail: index,
  /** As the last sync saw them. */
  synced_head: index,
  synced_cur: index,
  /** The engine's own side of the ring. */
  hwcur: index,
  hwtail: index,
  packets: index,
  drops: index,
  syncs: index,
  runs: z.array(slotRun),
  /** The beginnings of frames in hexadecimal, from this slot on. */
  first_frame: index.optional(),
  frames: z.array(z.string().regex(/^(?:[0-9a-f]{2})*$/)).optional(),
});
export type NmringRing = z.infer<typeof nmringRing>;

const nmringHold = z.object({
  port: z.string(),
  /** Stops a second that the program leaves by itself. */
  pace: index,
  /** The call it is in, or was in last; these are missing while nobody has the port open. */
  call: z.enum(['', 'txsync', 'rxsync', 'poll']).optional(),
  phase: z.enum(['program', 'before', 'inside', 'after']).optional(),
  stops: index.optional(),
});
export type NmringHold = z.infer<typeof nmringHold>;

/** One line of `nmring --json`. */
const nmringLook = z.object({
  /** CLOCK_MONOTONIC, in microseconds. */
  ts_us: index,
  /** `netmap` is the kernel's, which shows no rings. */
  engine: z.string(),
  rings: z.array(nmringRing),
  hold: nmringHold.optional(),
  fault: z.string().optional(),
});
export type NmringLook = z.infer<typeof nmringLook>;

/** Never throws. */
export function parseNmringLine(line: string): Result<NmringLook> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return failure(`nmring printed a line that is no JSON: ${line.slice(0, 80)}`);
  }
  const look = nmringLook.safeParse(value);
  return look.success
    ? success(look.data)
    : failure(`nmring's line is not as expected: ${z.prettifyError(look.error)}`);
}
