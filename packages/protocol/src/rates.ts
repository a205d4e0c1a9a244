// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';

const direction = z.object({
  pps: z.number(),
  /** Bits per second on the netmap port: frame bytes without CRC, preamble and gap. */
  bps: z.number(),
  /** Frames per second lost because this port's receive ring was full. */
  dropPps: z.number(),
  /** All packets since the port was opened. */
  packets: z.number(),
  /** Sync system calls (or polls) per second: packets per sync is the batch size. */
  syncsPerSecond: z.number(),
});
export type DirectionRate = z.infer<typeof direction>;

export const ringState = z.object({
  dir: z.enum(['tx', 'rx']),
  ring: z.int(),
  slots: z.int(),
  head: z.int(),
  cur: z.int(),
  tail: z.int(),
  hwcur: z.int(),
  hwtail: z.int(),
});
export type RingState = z.infer<typeof ringState>;

export const portRate = z.object({
  port: z.string(),
  tx: direction,
  rx: direction,
  /** In live samples; left out of history. */
  rings: z.array(ringState).optional(),
});
export type PortRate = z.infer<typeof portRate>;

/** One reading of all ports of a sandbox, as rates over the time since the reading before. */
export const rateSample = z.object({ runId: z.string(), tMs: z.number(), ports: z.array(portRate) });
export type RateSample = z.infer<typeof rateSample>;
