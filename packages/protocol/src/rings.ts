// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';

/** So many ports may be looked at slot by slot at a time. */
export const MAX_WATCHED_PORTS = 4;
export const FRAME_START_BYTES = 64;

/** As counters name it: `vale0:a`, `p{1`. */
export const portName = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[^\s/]+$/, 'A port is named without blanks and slashes.');

/** A number of slots, the buffer of the first (each next slot has the next buffer), and the length and flags of all. */
const slotRun = z.tuple([z.int(), z.int(), z.int(), z.int()]);
export type SlotRun = z.infer<typeof slotRun>;

/** One ring with its slots, as they stand in shared memory. */
export const ringLook = z.object({
  port: z.string(),
  dir: z.enum(['tx', 'rx']),
  ring: z.int(),
  /** Rings of ports with the same number share their buffers. */
  memoryId: z.int(),
  slots: z.int(),
  /** What the program sees and moves; the engine sees it at the next sync. */
  head: z.int(),
  cur: z.int(),
  tail: z.int(),
  /** The engine's own side. */
  hwcur: z.int(),
  hwtail: z.int(),
  packets: z.number(),
  drops: z.number(),
  syncs: z.number(),
  runs: z.array(slotRun),
  /** The beginning of one slot's frame in hexadecimal, when it was asked for. */
  frame: z.object({ slot: z.int(), hex: z.string() }).optional(),
});
export type RingLook = z.infer<typeof ringLook>;

/** The program of a port that is stopped at each of its syncs. */
export const ringHold = z.object({
  port: z.string(),
  /** Stops a second that it leaves by itself; 0: only with a step. */
  perSecond: z.int(),
  call: z.enum(['', 'txsync', 'rxsync', 'poll']),
  /** `before` and `after` a call it is stopped; `inside` one it may be waiting for packets. */
  phase: z.enum(['program', 'before', 'inside', 'after']),
  /** How many it left. */
  stops: z.int(),
});
export type RingHold = z.infer<typeof ringHold>;

export const ringsLook = z.object({
  /** False: the engine here shows no rings. */
  known: z.boolean(),
  rings: z.array(ringLook),
  hold: ringHold.optional(),
  /** Why the last order could not be followed. */
  fault: z.string().optional(),
});
export type RingsLook = z.infer<typeof ringsLook>;

/** What the holder of a port's program tells it. */
export const ringOrder = z.discriminatedUnion('kind', [
  /** Stop at each sync, from the next on, or, if nobody has the port open, from the first on. */
  z.object({ kind: z.literal('hold'), port: portName }),
  z.object({ kind: z.literal('step') }),
  z.object({ kind: z.literal('pace'), perSecond: z.int().min(0).max(50) }),
  z.object({ kind: z.literal('go') }),
]);
export type RingOrder = z.infer<typeof ringOrder>;

/** One slot, whose frame's first bytes are wanted. */
export const slotRef = z.object({
  port: portName,
  dir: z.enum(['tx', 'rx']),
  ring: z.int().min(0).max(16),
  slot: z.int().min(0).max(4095),
});
export type SlotRef = z.infer<typeof slotRef>;
