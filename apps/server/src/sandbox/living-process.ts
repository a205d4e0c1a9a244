// SPDX-License-Identifier: BSD-2-Clause
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWhole } from './whole-file.ts';

const KILL_WAIT_MS = 2000;

/** Notes a process in a file. Its id alone may be somebody else's by now: its start time makes it sure. */
export async function writeProcess(path: string, pid: number): Promise<void> {
  await writeWhole(path, `${pid} ${await startTime(pid)}\n`);
}

/** The process that the file names, if it still runs. */
export async function livingProcess(path: string): Promise<number | undefined> {
  const [pid, started] = (await readFile(path, 'utf8').catch(() => '')).trim().split(' ');
  if (pid === undefined || started === undefined || started === '') return undefined;
  return (await startTime(Number(pid))) === started ? Number(pid) : undefined;
}

/** Resolves when the process that the file names has ended. */
export async function killProcess(path: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < KILL_WAIT_MS; waitedMs += 20) {
    const pid = await livingProcess(path);
    if (pid === undefined) return;
    process.kill(pid, 'SIGKILL');
    await sleep(20);
  }
}

/** Empty for one that has ended, also while nobody has waited for it yet. */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? '' : (fields[19] ?? '');
}
