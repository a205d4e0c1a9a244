// SPDX-License-Identifier: BSD-2-Clause
// `pnpm check [NAME...]`: what a machine can say about the code without running it.
import { writeFileSync } from 'node:fs';
import { type Check, type Fault, words } from './check/check.ts';
import { deadCode } from './check/dead-code.ts';
import { importArrows } from './check/imports/import-arrows.ts';
import { includeArrows } from './check/include-arrows.ts';
import { licenseLines } from './check/license-lines.ts';
import { lint } from './check/lint.ts';
import { prose } from './check/prose.ts';
import { types } from './check/types.ts';

const CHECKS: readonly Check[] = [types, lint, importArrows, includeArrows, deadCode, licenseLines, prose];

const args = process.argv.slice(2);
const reportPath = args.includes('--report') ? args[args.indexOf('--report') + 1] : undefined;
const named = CHECKS.filter(({ name }) => args.includes(name));
const counts = { passed: 0, failed: 0, skipped: 0 };

for (const check of named.length > 0 ? named : CHECKS) {
  const startedAtMs = performance.now();
  const faults = await check.run();
  counts[faults.length === 0 ? 'passed' : 'failed']++;
  tell(check, faults, performance.now() - startedAtMs);
}
if (reportPath !== undefined) writeFileSync(reportPath, JSON.stringify(counts));
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;

function tell({ name, proves }: Check, faults: readonly Fault[], tookMs: number): void {
  const verdict = faults.length === 0 ? 'ok    ' : 'FAILED';
  console.log(`${verdict} ${name.padEnd(16)} ${(tookMs / 1000).toFixed(1).padStart(5)} s  ${proves}`);
  for (const fault of faults) console.log(`  ${words(fault)}`);
}
