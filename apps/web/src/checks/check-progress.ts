// SPDX-License-Identifier: BSD-2-Clause
import type { CheckResult, CheckRunState } from '@ringlab/protocol';

/** How the latest check run went, in one sentence. */
export function checkWords(check: CheckRunState): string {
  const required = check.results.filter(({ optional }) => optional !== true);
  const passed = required.filter(({ state }) => state === 'passed').length;
  switch (check.phase) {
    case 'preparing':
      return 'Preparing a fresh sandbox';
    case 'building':
      return 'Building your program';
    case 'checking':
      return `Checking ${Math.min(check.results.length, judged(check.results) + 1)} of ${check.results.length}`;
    case 'ended':
      return endWords(check, passed, required.length);
  }
}

function endWords(check: CheckRunState, passed: number, total: number): string {
  if (check.passed) return total === 1 ? 'The check passes.' : `All ${total} checks pass.`;
  if (judged(check.results) === 0) return 'Nothing was judged.';
  return `${passed} of ${total} checks pass.`;
}

function judged(results: readonly CheckResult[]): number {
  return results.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
}

interface Versioned {
  readonly path: string;
  readonly version: number;
  readonly saveState: string;
}

/** Whether the code is no longer what was judged. */
export function isStale(check: CheckRunState, files: readonly Versioned[]): boolean {
  if (check.phase !== 'ended') return false;
  return files.some(({ path, version, saveState }) => {
    const judgedVersion = check.versions[path];
    return judgedVersion !== undefined && (judgedVersion !== version || saveState === 'unsaved');
  });
}
