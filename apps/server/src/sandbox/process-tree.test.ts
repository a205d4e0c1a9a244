// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { processesBelow } from './process-tree.ts';

test('children and theirs are listed, with what they were started as', async () => {
  const child = spawn('sh', ['-c', 'sleep 61.25 & echo; wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill();
  });
  await once(child.stdout, 'data');
  const lines = await processesBelow(process.pid);
  onTestFinished(() => {
    const sleeper = lines.find((line) => line.includes('sleep 61.25') && !line.includes('sh -c'));
    process.kill(Number(sleeper?.trim().split(/\s+/)[0]));
  });
  expect(lines.filter((line) => line.includes('sleep 61.25'))).toHaveLength(2);
  expect(lines.some((line) => line.includes('vitest.mjs'))).toBe(false);
});
