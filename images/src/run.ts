// SPDX-License-Identifier: BSD-2-Clause
import { runQuietly } from '../../tools/prepare/children.mjs';
import { Stop } from '../../tools/prepare/stop.mjs';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end, and gives back the end of what it printed; a failure stops the command with that. */
export async function run(argv: readonly string[], { env, ...options }: RunOptions = {}): Promise<string> {
  const { code, tail } = await runQuietly(argv, {
    ...options,
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
  });
  if (code !== 0) throw new Stop(`${argv.join(' ')} failed (exit ${code}):\n${tail}`);
  return tail;
}
