// SPDX-License-Identifier: BSD-2-Clause

import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecOptions, LimitEvent, LimitName, Sandbox, SandboxProcess } from '@ringlab/labkit';
import type { ExitStatus } from '@ringlab/protocol';
import { expect, onTestFinished } from 'vitest';
import type { SandboxDriver } from '../driver.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';

const PATIENCE_MS = 60_000;

export interface Ended {
  readonly out: string;
  readonly err: string;
  readonly exit: ExitStatus;
}

/** The driver under test, once it was made. */
export type GetDriver = () => SandboxDriver;

/** What a time that is expected of this machine's own processor becomes there. */
export function slower(driver: GetDriver, ms: number): number {
  return ms * (driver().slowness ?? 1);
}

let made = 0;
/** Those that nobody has now: empty, and nothing runs in them. */
const idle = new WeakMap<SandboxDriver, Sandbox[]>();

/** A new sandbox that ends with the test. */
export async function freshSandbox(driver: GetDriver, limits: Partial<Limits> = {}): Promise<Sandbox> {
  if (driver().seats !== undefined) await endIdle(driver());
  const sandbox = await make(driver(), limits);
  onTestFinished(async () => sandbox[Symbol.asyncDispose]());
  return sandbox;
}

/**
 * A sandbox with the usual limits and nothing in it, which another test may have had before: to make one takes longer
 * than most tests.
 */
export async function cleanSandbox(driver: GetDriver): Promise<Sandbox> {
  const owner = driver();
  const sandbox = idle.get(owner)?.pop() ?? (await make(owner));
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'pass' && (await isCleaned(sandbox)))
      idle.set(owner, [...(idle.get(owner) ?? []), sandbox]);
    else await sandbox[Symbol.asyncDispose]();
  });
  return sandbox;
}

async function make(driver: SandboxDriver, limits: Partial<Limits> = {}): Promise<Sandbox> {
  made += 1;
  return driver.create({ id: `contract-${made}`, limits: { ...DEFAULT_LIMITS, ...limits } });
}

async function endIdle(driver: SandboxDriver): Promise<void> {
  const sandboxes = idle.get(driver) ?? [];
  idle.delete(driver);
  await Promise.all(sandboxes.map((sandbox) => sandbox[Symbol.asyncDispose]()));
}

/** False for one in which something still runs, or that is gone. */
async function isCleaned(sandbox: Sandbox): Promise<boolean> {
  try {
    if ((await sandbox.usage()).processes > 0) return false;
    const places = ['/workspace', '/tmp', '/dev/shm', '/run/unetmap'];
    const { exit } = await run(sandbox, ['find', ...places, '-mindepth', '1', '-delete']);
    return exit.code === 0;
  } catch {
    return false;
  }
}

export async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Runs a program to its end. */
export async function run(sandbox: Sandbox, argv: readonly string[], options?: ExecOptions): Promise<Ended> {
  return finish(await sandbox.exec(argv, options));
}

export async function finish(program: SandboxProcess): Promise<Ended> {
  const [out, err, exit] = await Promise.all([textOf(program.output), textOf(program.errors), program.exit]);
  return { out, err, exit };
}

export function sh(sandbox: Sandbox, script: string, options?: ExecOptions): Promise<Ended> {
  return run(sandbox, ['sh', '-c', script], options);
}

/** Compiles with debug information; the warnings that a bad program deserves are not the matter here. */
export async function compile(sandbox: Sandbox, name: string, source: string): Promise<void> {
  await sandbox.put([{ path: `${name}.c`, content: source }]);
  const { err, exit } = await run(sandbox, ['gcc', '-g', '-w', '-o', name, `${name}.c`]);
  expect({ err, code: exit.code }).toEqual({ err: '', code: 0 });
}

/** Every crossing so far and to come; ask it for one. */
export class LimitLog {
  readonly events: LimitEvent[] = [];

  constructor(sandbox: Sandbox) {
    sandbox.onLimit((event) => this.events.push(event));
  }

  words(limit: LimitName): string[] {
    return this.events.filter((event) => event.limit === limit).map(({ words }) => words);
  }

  async first(limit: LimitName): Promise<string> {
    await until(() => this.words(limit).length > 0, `the limit ${limit} being told`);
    return this.words(limit)[0] ?? '';
  }
}

export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const startMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - startMs > PATIENCE_MS) throw new Error(`Waited in vain for ${what}.`);
    await sleep(20);
  }
}

/** Reads until the text has come; the rest stays unread. */
export async function readUntil(program: SandboxProcess, text: string): Promise<string> {
  let seen = '';
  for await (const chunk of program.output) {
    seen += Buffer.from(chunk).toString();
    if (seen.includes(text)) return seen;
  }
  throw new Error(`The output ended without ${JSON.stringify(text)}:\n${seen}`);
}
