// SPDX-License-Identifier: BSD-2-Clause
import {
  encodePacket,
  parsePortName,
  readPcap,
  registeredName,
  writePcap,
} from '@ringlab/netmap-bindings/layout';
import type { Sandbox, SandboxFile } from '../sandbox.ts';
import type { Exchanged, ExchangePlan, Frame } from './context.ts';
import type { Counters } from './counters.ts';
import { Program } from './program.ts';
import { retry } from './wait.ts';

/** How long a captured port stays open after everything has happened, for what should not have come. */
const GRACE_MS = 60;
const QUIET_MS = 1500;
/** On a busy machine a reading takes its time, as everything does that the program is to do meanwhile. */
const QUIET_MS_PER_READING = 60;
const LONGEST_MS = 30_000;
/** A device goes back to its stack when the kernel comes to it, on a busy machine after some seconds. */
const CLOSE_MS = 30_000;

interface Run {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly signal: AbortSignal;
  readCounters(): Promise<Counters>;
}

/** Sends and captures with `nmio exchange`, which opens every port before it sends the first packet. */
export async function exchange(plan: ExchangePlan, run: Run): Promise<Exchanged> {
  const capture = plan.capture ?? [];
  // Empty captures, because nmio makes no folder.
  const empty = capture.map((_, index) => ({ path: captureFile(run.folder, index), content: '' }));
  await run.sandbox.put([...sendFiles(plan, run.folder), ...empty]);
  await using nmio = await Program.start(
    run.sandbox,
    exchangeArgv(plan, run.folder),
    plan.namespace && { namespace: plan.namespace },
  );
  const settled = await waitUntilSettled(plan, nmio, run);
  const exit = await nmio.stop(CLOSE_MS);
  if (exit.code !== 0) throw new Error(`nmio exchange failed: ${nmio.lines.join(' ')} ${exit.words}`);
  const files = await run.sandbox.get(capture.map((_, index) => captureFile(run.folder, index)));
  return {
    captured: Object.fromEntries(capture.map((port, index) => [port, capturedFrames(files[index], port)])),
    settled,
  };
}

export function frameBytes(frame: Frame): Uint8Array {
  return frame instanceof Uint8Array ? frame : encodePacket(frame);
}

function sendFiles({ send = {} }: ExchangePlan, folder: string): SandboxFile[] {
  return Object.values(send).map((frames, index) => ({
    path: sendFile(folder, index),
    content: writePcap(frames.map((frame) => ({ bytes: frameBytes(frame) }))),
  }));
}

function exchangeArgv({ send = {}, capture = [] }: ExchangePlan, folder: string): string[] {
  return [
    'nmio',
    'exchange',
    ...Object.keys(send).flatMap((port, index) => ['--send', `${port}=${sendFile(folder, index)}`]),
    ...capture.flatMap((port, index) => ['--capture', `${port}=${captureFile(folder, index)}`]),
    '--idle',
    String(LONGEST_MS),
    // When nothing moves any more is judged here, by counters, and on a busy machine later than nmio would.
    '-w',
    String(LONGEST_MS),
  ];
}

function sendFile(folder: string, index: number): string {
  return `${folder}/send-${index}.pcap`;
}

function captureFile(folder: string, index: number): string {
  return `${folder}/capture-${index}.pcap`;
}

function capturedFrames(file: SandboxFile | undefined, port: string): Uint8Array[] {
  const content = file?.content ?? '';
  const read = readPcap(typeof content === 'string' ? new TextEncoder().encode(content) : content);
  if (!read.ok) throw new Error(`nmio left no capture of ${port}: ${read.message}`);
  return read.value.packets.map(({ bytes }) => bytes);
}

/** True as soon as everything has happened, and a grace time went by; false when nothing moves any more. */
async function waitUntilSettled(plan: ExchangePlan, nmio: Program, run: Run): Promise<boolean> {
  const quiet = new Quiet(plan.quietMs ?? QUIET_MS);
  const settled = await retry(
    async () => {
      const counters = await run.readCounters();
      if (plan.until(counters) && allCaptured(plan, counters)) return true;
      const begun = nmio.ended !== undefined || allOpen(plan, counters);
      return quiet.tooLong(counters, begun) ? false : undefined;
    },
    { giveUpMs: LONGEST_MS, signal: run.signal },
  );
  if (settled === true) await graceTime(run);
  return settled ?? false;
}

function allOpen({ send = {}, capture = [] }: ExchangePlan, counters: Counters): boolean {
  return [...Object.keys(send), ...capture].every((name) => counters.isOpen(counterName(name)));
}

/** What arrived at a captured port is in its file only when nmio has given the slots back. */
function allCaptured({ capture = [] }: ExchangePlan, counters: Counters): boolean {
  return capture.every((name) => counters.unread(counterName(name)) === 0);
}

/** A port as counters name it: `net{1` for `netmap:net{1`. */
export function counterName(port: string): string {
  const parsed = parsePortName(port);
  if (!parsed.ok) throw new Error(parsed.message);
  return registeredName(parsed.value);
}

async function graceTime(run: Run): Promise<void> {
  await retry(async () => undefined, { giveUpMs: GRACE_MS, signal: run.signal });
}

/** Notices that no counter changed for so long, and in so many readings, once things have begun. */
class Quiet {
  readonly #quietMs: number;
  #begun = false;
  #movement = '';
  #sinceMs = 0;
  #readings = 0;

  constructor(quietMs: number) {
    this.#quietMs = quietMs;
  }

  tooLong({ movement }: Counters, begun: boolean): boolean {
    const nowMs = performance.now();
    if (!this.#begun || movement !== this.#movement) {
      this.#movement = movement;
      this.#sinceMs = nowMs;
      this.#readings = 0;
    }
    this.#readings++;
    this.#begun ||= begun;
    const enough = this.#quietMs / QUIET_MS_PER_READING;
    return nowMs - this.#sinceMs > this.#quietMs && this.#readings > enough;
  }
}
