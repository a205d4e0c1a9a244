// SPDX-License-Identifier: BSD-2-Clause
import type { Limits } from '../limits.ts';

/** Programs yield to the server, the agent and the supervisors when the processors are busy. */
const NICE = 5;

/** Which limits something outside holds, so that the agent need not. */
export interface HeldOutside {
  readonly memory: boolean;
  readonly processes: boolean;
}

/** The agent's command line after its mode, in the order in which it reads them. */
export function agentArguments(limits: Limits, outside: HeldOutside): string[] {
  const { processes, fileSizeBytes, openFiles, memoryBytes, outputBytesPerSecond } = limits;
  const memory = outside.memory ? 0 : memoryBytes;
  const held = outside.processes ? 1 : 0;
  return [processes, fileSizeBytes, openFiles, memory, outputBytesPerSecond, NICE, held].map(String);
}
