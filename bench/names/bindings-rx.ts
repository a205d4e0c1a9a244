// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Benchmark } from '../measurement.ts';

const SCRIPT = join(import.meta.dirname, '../../packages/netmap-bindings/bench/main.ts');

/** The bindings' own benchmark prints our line already. */
export const bindingsRx: Benchmark = {
  name: 'bindings-rx',
  how: 'packages/netmap-bindings/bench receives from pkt-gen in Node, and from a raw socket in Node beside it',
  run: async () => {
    const child = spawn(process.execPath, [SCRIPT], { stdio: ['ignore', 'inherit', 'inherit'] });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`${SCRIPT} ended with ${code}.`);
  },
};
