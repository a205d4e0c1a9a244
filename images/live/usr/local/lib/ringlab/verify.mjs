// SPDX-License-Identifier: BSD-2-Clause
// In the booted live image, for `pnpm images verify`: the server answers, and a lab's solution passes in a sandbox.
import { spawnSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';

const WAIT_MS = 600_000;
const LAB = '03-sink';

console.log(`health ${JSON.stringify(await health())}`);
const { status, stdout, stderr } = spawnSync(process.execPath, ['apps/server/src/labs.ts', 'verify', LAB], {
  encoding: 'utf8',
});
console.log(`${stdout}${stderr}`.trim());
console.log(`lab ${LAB} ${status === 0 ? 'passed' : `failed (exit ${status})`}`);

/** What the server says of itself, as soon as it answers. */
async function health() {
  for (const untilMs = Date.now() + WAIT_MS; Date.now() < untilMs; await setTimeout(500)) {
    const answer = await fetch('http://127.0.0.1:8080/api/health').catch(() => undefined);
    if (answer?.ok) return answer.json();
  }
  return 'no answer';
}
