// SPDX-License-Identifier: BSD-2-Clause
import { readFile, rename, writeFile } from 'node:fs/promises';

/** Notes a process in a file. Its id alone may be somebody else's by now: its start time makes it sure. */
export async function writeProcess(path: string, pid: number): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, `${pid} ${await startTime(pid)}\n`);
  await rename(temporary, path);
}

/** The process that the file names, if it still runs. */
export async function livingProcess(path: string): Promise<number | undefined> {
  const [pid, started] = (await readFile(path, 'utf8').catch(() => '')).trim().split(' ');
  if (pid === undefined || started === undefined || started === '') return undefined;
  return (await startTime(Number(pid))) === started ? Number(pid) : undefined;
}

async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
