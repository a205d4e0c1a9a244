// SPDX-License-Identifier: BSD-2-Clause
import { runQuietly } from '../prepare/children.mjs';
import { ROOT } from '../prepare/repository.mjs';
import type { Fault } from './check.ts';

/** Runs a tool that exits with 0 when it finds nothing; what it prints otherwise is the fault, as it stands. */
export async function faultsOfTool(argv: readonly string[]): Promise<Fault[]> {
  const lines: string[] = [];
  const { code } = await runQuietly(argv, { cwd: ROOT, onLine: (line) => lines.push(line) });
  return code === 0 ? [] : [{ message: `${argv.join(' ')} (exit ${code})\n  ${lines.join('\n  ')}` }];
}
