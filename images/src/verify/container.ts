// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Stop } from '../../../tools/prepare/stop.mjs';
import type { Image } from '../image/image.ts';
import { run } from '../run.ts';
import { judged, runWithInput, solutionTar, TRY_LAB } from './lab.ts';

const START_MS = 60_000;
const LAB_MS = 300_000;

/** Imports the image into a Docker daemon of its own, and runs the lab with nothing but what the image has. */
export async function verifyContainer(image: Image): Promise<string> {
  await using daemon = await startDaemon();
  const docker = ['docker', '-H', daemon.socket];
  await run([...docker, 'import', image.path('root.tar'), 'ringlab-verify']);
  const shut = ['--network=none', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--read-only'];
  const writable = ['/workspace', '/run/unetmap'].map((path) => `--tmpfs=${path}:exec,uid=1000,gid=1000`);
  const who = ['--user=1000:1000', '--workdir=/workspace', '--tmpfs=/tmp', '--shm-size=512m'];
  const container = [...docker, 'run', '--rm', '-i', ...shut, ...writable, ...who, 'ringlab-verify'];
  const output = await runWithInput([...container, 'sh', '-c', TRY_LAB], await solutionTar(), LAB_MS);
  return judged(output);
}

interface Daemon extends AsyncDisposable {
  readonly socket: string;
}

/**
 * With its mounts and processes in a world of their own, whose first process it is: when it is killed, or when whoever runs
 * this is, all of it is gone.
 */
async function startDaemon(): Promise<Daemon> {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-dockerd-'));
  const path = join(folder, 'docker.sock');
  const places = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')];
  const alone = ['--pidfile', join(folder, 'pid'), '--bridge=none', '--iptables=false', '--ip6tables=false'];
  const dockerd = ['dockerd', ...places, ...alone, '-H', `unix://${path}`];
  const world = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...world, ...dockerd], { stdio: 'ignore' });
  const ended = once(child, 'exit').catch(() => undefined);
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    // What it started goes a moment after it.
    rmSync(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  };
  for (
    const untilMs = Date.now() + START_MS;
    Date.now() < untilMs && child.exitCode === null;
    await sleep(100)
  )
    if (existsSync(path)) return { socket: `unix://${path}`, [Symbol.asyncDispose]: stop };
  await stop();
  throw new Stop('No Docker daemon could be started here; it needs root. Run pnpm images verify as root.');
}
