// SPDX-License-Identifier: BSD-2-Clause
import type { LimitName } from '@ringlab/labkit';
import { z } from 'zod';

const KIB = 1024;
const MIB = 1024 * KIB;
const HOUR_MS = 3_600_000;

const whole = (least: number, otherwise: number, most = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number().int().min(least).max(most).default(otherwise);

/**
 * What one sandbox may use: the only table of limits. The server's configuration includes this schema; each name is
 * set by the environment variable that `LIMIT_VARIABLES` gives.
 *
 * The defaults let a compiler, `pkt-gen` and the attendee's program run at full speed together on an idle laptop.
 */
export const limitsSchema = z.object({
  /** All programs together, with their files in `/tmp`, `/workspace` and netmap's memory areas. */
  memoryBytes: whole(64 * MIB, 768 * MIB),
  processes: whole(16, 256),
  /** Weight against other sandboxes when the processors are busy; an idle machine is never held back. */
  cpuShare: z.coerce.number().min(0.01).max(100).default(1),
  /** The longest that one program runs. */
  wallClockMs: whole(1000, 8 * HOUR_MS, 500 * HOUR_MS),
  /** netmap's common region, which `@1` puts ports into, is one file of 327 MiB, most of it never touched. */
  fileSizeBytes: whole(MIB, 384 * MIB),
  /** `/workspace`. */
  diskBytes: whole(4 * MIB, 256 * MIB),
  /** `/tmp` and `/dev/shm`, each. */
  scratchBytes: whole(MIB, 64 * MIB),
  /** netmap's memory areas, `/run/unetmap`; pages never touched are not counted. */
  regionBytes: whole(16 * MIB, 384 * MIB),
  openFiles: whole(32, 512),
  /** Of one program, terminal or pipes. */
  outputBytesPerSecond: whole(64 * KIB, 32 * MIB),
});
export type Limits = Readonly<z.infer<typeof limitsSchema>>;
export const DEFAULT_LIMITS: Limits = limitsSchema.parse({});

export const LIMIT_VARIABLES = {
  memoryBytes: 'RINGLAB_LIMIT_MEMORY_BYTES',
  processes: 'RINGLAB_LIMIT_PROCESSES',
  cpuShare: 'RINGLAB_LIMIT_CPU_SHARE',
  wallClockMs: 'RINGLAB_LIMIT_WALL_CLOCK_MS',
  fileSizeBytes: 'RINGLAB_LIMIT_FILE_SIZE_BYTES',
  diskBytes: 'RINGLAB_LIMIT_DISK_BYTES',
  scratchBytes: 'RINGLAB_LIMIT_SCRATCH_BYTES',
  regionBytes: 'RINGLAB_LIMIT_REGION_BYTES',
  openFiles: 'RINGLAB_LIMIT_OPEN_FILES',
  outputBytesPerSecond: 'RINGLAB_LIMIT_OUTPUT_BYTES_PER_SECOND',
} as const satisfies Record<keyof Limits, `RINGLAB_LIMIT_${string}`>;

/** What an attendee reads when a limit is crossed: what, how much, and what happened. */
const SENTENCES: Record<LimitName, (limits: Limits) => string> = {
  memory: (l) =>
    `Out of memory: the programs here may use ${bytesInWords(l.memoryBytes)} together, so the largest was stopped.`,
  processes: (l) =>
    `Too many processes: ${l.processes} may run here at once, so starting further ones fails. Stop the program to end them all.`,
  cpu: () => 'The processors are busy: this sandbox gets its equal part of them and goes on more slowly.',
  'wall-clock': (l) =>
    `Time is up: a program may run for ${durationInWords(l.wallClockMs)}, so it was stopped.`,
  'file-size': (l) =>
    `File too large: one file may hold ${bytesInWords(l.fileSizeBytes)}, so the program that wrote more was stopped.`,
  disk: (l) =>
    `Disk full: /workspace holds ${bytesInWords(l.diskBytes)} and /tmp ${bytesInWords(l.scratchBytes)}, so writing more fails. Remove files to go on.`,
  'open-files': (l) =>
    `Too many open files: a program may have ${l.openFiles} open at once, so opening further ones fails.`,
  terminals: () =>
    'Too many terminals: the programs here opened more of them than any lab needs, so those that did were stopped.',
  'output-rate': (l) =>
    `Too much output: a program may print ${bytesInWords(l.outputBytesPerSecond)} a second, so it was slowed down to that.`,
};

export function limitInWords(limit: LimitName, limits: Limits): string {
  return SENTENCES[limit](limits);
}

function bytesInWords(bytes: number): string {
  const [value, unit] = bytes >= MIB ? [bytes / MIB, 'MiB'] : [bytes / KIB, 'KiB'];
  return `${Number(value.toFixed(1))} ${unit}`;
}

export function durationInWords(durationMs: number): string {
  if (durationMs < 120_000) return `${Number((durationMs / 1000).toFixed(1))} s`;
  if (durationMs < 2 * 3_600_000) return `${Math.round(durationMs / 60_000)} minutes`;
  return `${Number((durationMs / 3_600_000).toFixed(1))} hours`;
}
