// SPDX-License-Identifier: BSD-2-Clause
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const UNETMAP_BIN = join(import.meta.dirname, '../../packages/unetmap/build/bin');

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** The bare pages, served by a process of their own. */
export interface BareServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
}

export async function startBareServer(): Promise<BareServer> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../bare-page/main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface(child.stdout), 'line');
  return { url: String(url), pid: child.pid ?? 0, [Symbol.asyncDispose]: () => end(child) };
}

/** pkt-gen sending flat out to pkt-gen through a VALE switch: what the lab's run does, without Ringlab. */
export async function startSpinning(): Promise<AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), 'ringlab-spin-'));
  const generate = (args: readonly string[]) =>
    spawn(join(UNETMAP_BIN, 'unetmap-run'), ['--dir', dir, join(UNETMAP_BIN, 'pkt-gen'), ...args], {
      stdio: 'ignore',
    });
  const children = [generate(['-i', 'vale0:sink', '-f', 'rx']), generate(['-i', 'vale0:gen', '-f', 'tx'])];
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map(end));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
