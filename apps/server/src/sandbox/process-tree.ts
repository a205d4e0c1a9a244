// SPDX-License-Identifier: BSD-2-Clause
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const COLUMNS = 'pid,ppid,stat,etimes,wchan:24,args';
const MOST_CHARACTERS = 160;

/** The processes that a process has started, and theirs, a line each: how long they run, and what in the kernel they wait in. */
export async function processesBelow(pid: number): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', COLUMNS, '--sort', 'start_time']);
  const [heading = '', ...lines] = stdout.trimEnd().split('\n');
  const below = new Set([pid]);
  const found = lines.filter((line) => {
    const [own = 0, parent = 0] = line.trim().split(/\s+/, 2).map(Number);
    return below.has(parent) && below.add(own);
  });
  return [heading, ...found].map((line) => line.slice(0, MOST_CHARACTERS));
}
