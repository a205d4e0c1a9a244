// SPDX-License-Identifier: BSD-2-Clause
// Asks in TypeScript what tests/conformance/probe.c of unetmap asks in C, over whatever /dev/netmap is, and prints a line
// of JSON for each case, as that does: main.ts [CASE...]
import type { Got } from './cases/case.ts';
import { allCases } from './cases/index.ts';
import { endCase } from './device.ts';
import { Peer } from './peer.ts';

const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries(allCases)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(JSON.stringify({ case: name, got: await outcome(run) }));
  await endCase();
}
await Peer.endAll();

async function outcome(run: () => Got | Promise<Got>): Promise<Got> {
  try {
    return await run();
  } catch (error) {
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
