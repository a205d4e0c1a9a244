// SPDX-License-Identifier: BSD-2-Clause
import { readdirSync, readFileSync } from 'node:fs';
import { until } from '../sandbox/contract/inside.ts';

/** Waits for the program with these arguments, which nobody else has, and kills what holds its bubblewrap sandbox, from outside. */
export async function endSandboxOf(argv: readonly string[]): Promise<void> {
  const cmdline = `${argv.join('\0')}\0`;
  const find = () => readdirSync('/proc').find((pid) => read(pid, 'cmdline') === cmdline);
  await until(() => find() !== undefined, `${argv.join(' ')} running`);
  let holder: string | undefined;
  for (let pid = find() ?? '1'; pid !== '1'; pid = statusOf(pid, 'PPid'))
    if (statusOf(pid, 'Name') === 'bwrap') holder = pid;
  process.kill(Number(holder), 'SIGKILL');
}

function read(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

function statusOf(pid: string, field: string): string {
  return new RegExp(`^${field}:\\s*(\\S+)`, 'm').exec(read(pid, 'status'))?.[1] ?? '1';
}
