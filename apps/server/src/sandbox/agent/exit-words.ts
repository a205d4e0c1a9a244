// SPDX-License-Identifier: BSD-2-Clause

import { constants } from 'node:os';
import type { ExitStatus } from '@ringlab/protocol';

/** Where a program crashed, as its supervisor found out. */
export interface Crash {
  readonly signal: string;
  /** `sink.c:41`, in the workspace; absent without debug information. */
  readonly place?: string;
  readonly function?: string;
  /** Of the memory it should not have used, `0x0`. */
  readonly address?: string;
}

/** Why the sandbox ended the program, where it did; a sentence without a full stop. */
export type Reason = string | undefined;

const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
for (const [number, name] of [
  [6, 'SIGABRT'],
  [29, 'SIGIO'],
] as const)
  SIGNAL_NAMES.set(number, name);

const CRASHES: Readonly<Record<string, string>> = {
  SIGSEGV: 'used memory that is not its own',
  SIGBUS: 'used memory that is not there',
  SIGFPE: 'divided an integer by zero',
  SIGILL: 'ran into an instruction that does not exist',
  SIGABRT: 'gave up by abort(), as a failed assert() does',
};

export function signalName(number: number): string {
  return SIGNAL_NAMES.get(number) ?? `signal ${number}`;
}

/** From wait(2)'s status. A shell that exits with 128 + n reports a signal of its last program, so it is told too. */
export function exitStatus(waitStatus: number, crash: Crash | undefined, reason: Reason): ExitStatus {
  const number = waitStatus & 0x7f;
  if (number !== 0) {
    const signal = signalName(number);
    return { signal, words: reason ?? signalInWords(signal, crash) };
  }
  const code = (waitStatus >> 8) & 0xff;
  return { code, words: reason ?? codeInWords(code, crash) };
}

function signalInWords(signal: string, crash: Crash | undefined): string {
  if (CRASHES[signal] !== undefined) return crashInWords(crash?.signal === signal ? crash : { signal });
  if (signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT') return `stopped by ${signal}`;
  return `ended by ${signal}`;
}

function crashInWords(crash: Crash): string {
  const place = crash.place === undefined ? '' : ` at ${crash.place}`;
  const where = crash.function === undefined || crash.function === '??' ? '' : ` in ${crash.function}()`;
  const address = crash.address === undefined ? '' : `, at address ${addressInWords(crash.address)}`;
  return `crashed with ${crash.signal}${place}${where}: it ${CRASHES[crash.signal] ?? 'was ended'}${address}`;
}

function addressInWords(address: string): string {
  return Number.parseInt(address, 16) < 4096 ? `${address} (a null pointer)` : address;
}

function codeInWords(code: number, crash: Crash | undefined): string {
  const signal = code > 128 ? SIGNAL_NAMES.get(code - 128) : undefined;
  if (crash !== undefined && crash.signal === signal)
    return `exited with ${code}; a program in it ${crashInWords(crash)}`;
  if (signal !== undefined) return `exited with ${code}; a program in it was ended by ${signal}`;
  if (code === 127) return 'exited with 127: the command was not found';
  return code === 0 ? 'finished' : `exited with ${code}`;
}
