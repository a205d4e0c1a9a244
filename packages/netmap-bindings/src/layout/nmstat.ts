// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { failure, type Result, success } from './result.ts';

const count = z.number().nonnegative();

const nmstatRing = z.object({
  dir: z.enum(['tx', 'rx']),
  ring: z.int().nonnegative(),
  slots: z.int().nonnegative(),
  /** As the last sync saw them. */
  head: z.int().nonnegative(),
  cur: z.int().nonnegative(),
  tail: z.int().nonnegative(),
  /** The engine's own side of the ring. */
  hwcur: z.int().nonnegative(),
  hwtail: z.int().nonnegative(),
  /** These only grow while the port lives. */
  packets: count,
  bytes: count,
  /** Frames lost because this (receive) ring was full. */
  drops: count,
  /** Frames refused for a bad buffer index or length. */
  bad: count,
  syncs: count,
  wakeups: count,
});
export type NmstatRing = z.infer<typeof nmstatRing>;

const nmstatPort = z.object({
  name: z.string(),
  kind: z.string(),
  /** How the port of a network device reaches it: af_xdp or af_packet. */
  backend: z.string().optional(),
  /** How its host rings reach the stack: bpf, nftables or none. */
  host: z.string().optional(),
  mem_id: z.int().nonnegative(),
  /** Descriptors bound to it. */
  users: z.int().nonnegative(),
  pid: z.int(),
  rings: z.array(nmstatRing),
});
export type NmstatPort = z.infer<typeof nmstatPort>;

/** A VALE module and the switch it rules, or ruled when it ended. */
const nmstatModule = z.object({
  switch: z.string(),
  name: z.string(),
  state: z.enum(['rules', 'unloaded', 'hung', 'died', 'unknown']),
  pid: z.int(),
  /** Frames it was asked about; of these it dropped the ones it refused, and lost the other two. */
  frames: count,
  refused: count,
  nowhere: count,
  wild: count,
  /** Why it died, if it could say so. */
  last_words: z.string(),
});
export type NmstatModule = z.infer<typeof nmstatModule>;

/** What a program measures, point by point, and tells in the file `told`. */
const nmstatPoint = z.object({ told: z.string(), series: z.string(), x: z.number(), y: z.number() });
export type NmstatPoint = z.infer<typeof nmstatPoint>;

/** One line of `nmstat --json`. */
const nmstatSample = z.object({
  /** CLOCK_MONOTONIC, in microseconds. */
  ts_us: count,
  engine: z.string(),
  ports: z.array(nmstatPort),
  modules: z.array(nmstatModule).optional(),
  points: z.array(nmstatPoint).optional(),
});
export type NmstatSample = z.infer<typeof nmstatSample>;

/**
 * A port as counters know it. Of a device whose host rings are in use, these are a port of their own, `eth0^`: what
 * crosses them is not what crosses the wire. They are the last ring of each direction.
 */
export function countedPorts(port: NmstatPort): NmstatPort[] {
  if (port.kind !== 'nic' || port.host === undefined || port.host === 'none') return [port];
  const hostRing = (dir: NmstatRing['dir']) => port.rings.findLast((ring) => ring.dir === dir);
  const host = [hostRing('tx'), hostRing('rx')].filter((ring) => ring !== undefined);
  const rings = port.rings.filter((ring) => !host.includes(ring));
  return [
    { ...port, rings },
    { ...port, name: `${port.name}^`, rings: host },
  ];
}

/** Never throws. */
export function parseNmstatLine(line: string): Result<NmstatSample> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return failure(`nmstat printed a line that is no JSON: ${line.slice(0, 80)}`);
  }
  const sample = nmstatSample.safeParse(value);
  return sample.success
    ? success(sample.data)
    : failure(`nmstat's line is not as expected: ${z.prettifyError(sample.error)}`);
}
