// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Benchmark } from '../measurement.ts';

const PACKAGE = join(import.meta.dirname, '../../packages/unetmap');

/** unetmap's own benchmarks print our lines already; they are passed on as they are. */
export function engine(name: string): Benchmark {
  return {
    name,
    how: "packages/unetmap/bench runs pkt-gen through the engine, and the kernel's ways beside it",
    run: async () => {
      const child = spawn('make', ['-s', '-C', PACKAGE, 'bench', `NAMES=${name}`], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`make -C packages/unetmap bench NAMES=${name} ended with ${code}.`);
    },
  };
}
