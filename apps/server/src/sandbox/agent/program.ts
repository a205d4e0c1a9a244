// SPDX-License-Identifier: BSD-2-Clause

import { constants } from 'node:os';
import { type ExecOptions, SandboxError, type SandboxProcess } from '@ringlab/labkit';
import type { ExitStatus } from '@ringlab/protocol';
import { ByteQueue } from './byte-queue.ts';
import { Connection } from './connection.ts';
import type { Dial } from './dial.ts';
import { type Crash, signalName } from './exit-words.ts';
import { type Frame, Kind, u32s } from './wire.ts';

/** Unread output held in the server for one program; beyond it the program is made to wait. */
const HELD_BYTES = 256 * 1024;
const INPUT_FRAME_BYTES = 16 * 1024;
/** Input that waits in the server for a program that does not read; more is dropped. */
const UNREAD_INPUT_BYTES = 4 * 1024 * 1024;

/** What a program needs of its sandbox. */
export interface ProgramHost {
  readonly dial: Dial;
  kill(supervisorPid: number, signal: number): void;
  cpuMs(supervisorPid: number): Promise<number>;
  onLimit(name: string): void;
  /** `lost` when the supervisor went without a word; `timedOut` is the time in ms that was up, if one was. */
  describeEnd(waitStatus: number | 'lost', crash: Crash | undefined, timedOut?: number): Promise<ExitStatus>;
}

export interface ProgramSpec {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly pty: ExecOptions['pty'];
  readonly namespace: ExecOptions['namespace'];
  readonly timeoutMs: number;
}

/** One program in a sandbox, over its supervisor's connection. */
export class Program implements SandboxProcess {
  readonly output = new ByteQueue(() => this.#balance());
  readonly errors = new ByteQueue(() => this.#balance());
  readonly exit: Promise<ExitStatus>;
  readonly #host: ProgramHost;
  #connection!: Connection;
  #supervisorPid = 0;
  #settleStart: { resolve(): void; reject(error: Error): void } | undefined;
  #settleExit!: (status: ExitStatus) => void;
  #over = false;
  #timedOut: number | undefined;
  #draining = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(host: ProgramHost) {
    this.#host = host;
    this.exit = new Promise((resolve) => {
      this.#settleExit = resolve;
    });
  }

  /** Resolves when the program was started; rejects with SandboxError when the sandbox is gone or full. */
  static async start(host: ProgramHost, spec: ProgramSpec): Promise<Program> {
    const program = new Program(host);
    const started = new Promise<void>((resolve, reject) => {
      program.#settleStart = { resolve, reject };
    });
    program.#connection = await Connection.open(
      host.dial,
      (frame) => program.#receive(frame),
      () => program.#finish('lost', undefined),
    );
    program.#connection.send(Kind.exec, encodeExec(spec));
    await started;
    // A short program may be over by now: its end can arrive together with its start.
    if (!program.#over) program.#timer = setTimeout(() => program.#timeOut(spec.timeoutMs), spec.timeoutMs);
    return program;
  }

  write(bytes: Uint8Array | string): void {
    const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    for (let at = 0; at < all.byteLength; at += INPUT_FRAME_BYTES) {
      if (this.#connection.unsentBytes > UNREAD_INPUT_BYTES) return;
      this.#connection.send(Kind.input, all.subarray(at, at + INPUT_FRAME_BYTES));
    }
  }

  end(): void {
    this.#connection.send(Kind.inputEnd);
  }

  resize(cols: number, rows: number): void {
    this.#connection.send(Kind.resize, u16s(cols, rows));
  }

  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void {
    if (this.#over) return;
    this.#host.kill(this.#supervisorPid, constants.signals[signal]);
    if (signal === 'SIGKILL') this.#drain();
  }

  async cpuMs(): Promise<number> {
    return this.#over ? 0 : this.#host.cpuMs(this.#supervisorPid);
  }

  #timeOut(timeoutMs: number): void {
    this.#timedOut = timeoutMs;
    this.kill('SIGKILL');
  }

  /** What a dead program left in its pty and pipes is little: it is taken at once, so that its end is known. */
  #drain(): void {
    this.#draining = true;
    this.#connection.resume();
  }

  #balance(): void {
    if (this.#draining || this.#over) return;
    if (this.output.bytes + this.errors.bytes > HELD_BYTES) this.#connection.pause();
    else this.#connection.resume();
  }

  #receive(frame: Frame): void {
    if (frame.kind === Kind.output) this.#take(this.output, frame.body);
    else if (frame.kind === Kind.errors) this.#take(this.errors, frame.body);
    else if (frame.kind === Kind.started) this.#started(frame.body);
    else if (frame.kind === Kind.exited) this.#finish(frame.body.readUInt32LE(0), parseCrash(frame.body));
    else if (frame.kind === Kind.limit) this.#host.onLimit(frame.body.toString());
    else if (frame.kind === Kind.failed) this.#refused(frame.body.toString());
  }

  #take(queue: ByteQueue, body: Buffer): void {
    queue.push(body);
    this.#balance();
  }

  #started(body: Buffer): void {
    this.#supervisorPid = body.readUInt32LE(0);
    this.#settleStart?.resolve();
  }

  #refused(why: string): void {
    this.#settleStart?.reject(
      new SandboxError(`Cannot start a program: ${why}. Stop what runs there and try again.`),
    );
    this.#connection[Symbol.dispose]();
  }

  #finish(waitStatus: number | 'lost', crash: Crash | undefined): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#connection[Symbol.dispose]();
    this.#settleStart?.reject(new SandboxError('The sandbox ended before the program started.'));
    this.output.end();
    this.errors.end();
    void this.#host.describeEnd(waitStatus, crash, this.#timedOut).then(this.#settleExit);
  }
}

const PLACES = { here: 0, container: 1 } as const;

function encodeExec({ argv, env, pty, namespace = 'here' }: ProgramSpec): Buffer {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const strings = [...argv, ...variables].map((text) => `${text.replaceAll('\0', '')}\0`);
  const head = u32s(argv.length, variables.length);
  const place = u32s(PLACES[namespace]);
  return Buffer.concat([head, u16s(pty?.cols ?? 0, pty?.rows ?? 0), place, Buffer.from(strings.join(''))]);
}

function u16s(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 2);
  for (const [i, value] of values.entries())
    bytes.writeUInt16LE(Math.max(0, Math.min(0xffff, Math.trunc(value))), i * 2);
  return bytes;
}

/** The supervisor's words are a sandbox's words: kept short and printable. */
function parseCrash(body: Buffer): Crash | undefined {
  const [number, place, fn, address] = body.subarray(4).toString().split('\0').map(printable);
  if (number === undefined || number === '') return undefined;
  return {
    signal: signalName(Number(number)),
    ...(place ? { place } : {}),
    ...(fn ? { function: fn } : {}),
    ...(address ? { address } : {}),
  };
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 160);
}
