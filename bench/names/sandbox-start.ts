// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Benchmark, Measurement } from '../measurement.ts';

const SCRIPT = join(import.meta.dirname, '../../apps/server/src/testing/sandbox-start.ts');

/** Drivers are the server's to start: it measures, here is only printed. */
export const sandboxStart: Benchmark = {
  name: 'sandbox-start',
  how: 'each driver that works here, until a program in a terminal of a sandbox has printed, median of 9: cold, a new sandbox; warm, one that the pool had ready; boot, a virtual machine without a snapshot',
  run: async (print) => {
    const child = spawn(process.execPath, [SCRIPT], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) print(JSON.parse(line) as Measurement);
    const [code] = await ended;
    if (code !== 0) throw new Error(`${SCRIPT} ended with ${code}.`);
  },
};
