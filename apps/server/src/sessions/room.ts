// SPDX-License-Identifier: BSD-2-Clause
import { availableParallelism, totalmem } from 'node:os';
import type { SandboxFittings } from '@ringlab/labkit';
import type { Config } from '../config.ts';
import type { SandboxDriver } from '../sandbox/driver.ts';
import { Places, type Queue } from './places.ts';

/** The rest is for the system, the server and checks. */
const SHARE_FOR_RUNS = 0.75;

/** The part of a configuration that says how much may go on at a time. */
export type Bounds = Pick<Config, 'maxRuns' | 'maxChecks' | 'limits'>;

/** Where runs and checks wait for their turn. */
export interface Room {
  /** For runs of that lab. */
  runPlaces(lab: SandboxFittings): Queue;
  readonly checkPlaces: Queue;
  /** Sandboxes are few: each goes with the run that it was for. */
  readonly seated: boolean;
}

/**
 * Where there are seats, runs and checks wait for them in one queue. Elsewhere runs last until somebody stops them, and
 * as many go on as somebody said, or as three quarters of the memory hold, should each go to its limit.
 */
export function roomOn(
  driver: SandboxDriver | undefined,
  { maxRuns, maxChecks, limits }: Bounds,
  memoryBytes = totalmem(),
): Room {
  const seated = driver?.seats !== undefined;
  const counted = seated ? () => driver.seats ?? 1 : maxRuns;
  const places = new Places(
    counted ?? Math.max(availableParallelism() * limits.memoryBytes, memoryBytes * SHARE_FOR_RUNS),
  );
  const bytesOf = ({ machines }: SandboxFittings): number =>
    driver?.memoryBytes?.({ limits, machines }) ?? limits.memoryBytes;
  return {
    seated,
    runPlaces: (lab) => places.queue(counted === undefined ? bytesOf(lab) : 1),
    checkPlaces: (seated ? places : new Places(maxChecks ?? availableParallelism())).queue(),
  };
}
