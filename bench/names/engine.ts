// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Benchmark } from '../measurement.ts';

const PACKAGE = join(import.meta.dirname, '../../packages/unetmap');

/** The rows of packages/unetmap/bench/run.sh; `make -C packages/unetmap bench` prints them all. */
export const ENGINE_ROWS: readonly string[] = [
  'vale-60',
  'pipe-60',
  'vale-memif',
  'pipe-memif',
  'zerocopy-forward',
  'vale-1514',
  'pingpong-poll',
  'pingpong-sleep',
  'pingpong-busy',
  'nic-veth',
  'vale-ports-8',
  'vale-ports-64',
  'vale-ports',
];

/** Those with virtual machines; together they start them only once. */
export const VM_ROWS: readonly string[] = [
  'vm-backend-vale',
  'vm-backend-pipe',
  'vm-backend-vale-guests',
  'vm-backend-pipe-guests',
  'vm-passthrough-vale',
  'vm-passthrough-pipe',
  'vm-passthrough-vale-guests',
  'vm-passthrough-pipe-guests',
];

/** unetmap's own benchmarks print our lines already; they are passed on as they are. */
export function engine(name: string, rows: readonly string[] = [name]): Benchmark {
  return {
    name,
    how: 'packages/unetmap/bench measures the engine, and another way to do the same beside it',
    run: async () => {
      const child = spawn('make', ['-s', '-C', PACKAGE, 'bench', `NAMES=${rows.join(' ')}`], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`make -C packages/unetmap bench NAMES=${name} ended with ${code}.`);
    },
  };
}
