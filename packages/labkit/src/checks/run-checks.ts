// SPDX-License-Identifier: BSD-2-Clause
import type { CheckResult } from '@ringlab/protocol';
import type { Lab } from '../lab.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Check } from './check.ts';
import { CheckFailure } from './failure.ts';
import { SandboxContext } from './sandbox-context.ts';
import type { Failure, Verdict } from './verdict.ts';

export interface CheckRunOptions {
  /** Called with `running` and then with the result of each check, in the lab's order. */
  readonly onResult: (result: CheckResult) => void;
  readonly signal: AbortSignal;
}

/**
 * Judges what is built in the sandbox's workspace. Each check starts with no program and no port of the one before.
 * Resolves with a result for every check; rejects with the signal's reason when it is aborted, and with SandboxError
 * when the sandbox is gone.
 */
export async function runChecks(
  lab: Pick<Lab, 'checks' | 'hints'>,
  sandbox: Sandbox,
  { onResult, signal }: CheckRunOptions,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of lab.checks) {
    signal.throwIfAborted();
    const result = skipped(check, results) ?? (await runCheck(check, lab, sandbox, { onResult, signal }));
    onResult(result);
    results.push(result);
  }
  return results;
}

/** What a check says before it says anything. */
function announce(check: Check, state: CheckResult['state']): CheckResult {
  const { id, title, sent, expected } = check;
  return { id, title, sent, expected, state };
}

function skipped(check: Check, earlier: readonly CheckResult[]): CheckResult | undefined {
  const blocking = earlier.find(({ id, state }) => check.after?.includes(id) === true && state !== 'passed');
  if (blocking === undefined) return undefined;
  return {
    ...announce(check, 'skipped'),
    actual: `Not tried, because this must hold first: ${blocking.title}`,
  };
}

async function runCheck(
  check: Check,
  { hints }: Pick<Lab, 'hints'>,
  sandbox: Sandbox,
  { onResult, signal }: CheckRunOptions,
): Promise<CheckResult> {
  onResult(announce(check, 'running'));
  const startedMs = performance.now();
  const judged = await judge(check, sandbox, signal);
  signal.throwIfAborted();
  const durationMs = Math.round(performance.now() - startedMs);
  return {
    ...announce(check, judged.passed ? 'passed' : 'failed'),
    ...(judged.passed ? {} : failureFields(judged, hints)),
    durationMs,
  };
}

/** A check that throws says so in its own name, and never passes. */
async function judge(check: Check, sandbox: Sandbox, signal: AbortSignal): Promise<Verdict | BrokenCheck> {
  try {
    await using context = await SandboxContext.open(sandbox, signal);
    return await check.run(context);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof CheckFailure) return error.failure;
    if (error instanceof Error && error.name === 'SandboxError') throw error;
    return { passed: false, actual: brokenWords(error) };
  }
}

type BrokenCheck = Omit<Failure, 'hint'>;

function brokenWords(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `The check itself could not be carried out, which is no judgment of your program: ${reason}`;
}

function failureFields(failure: Failure | BrokenCheck, hints: Lab['hints']): Partial<CheckResult> {
  const { actual, expected, packets } = failure;
  const hint = 'hint' in failure ? hintText(failure.hint, hints) : undefined;
  return {
    actual,
    ...(hint === undefined ? {} : { hint }),
    ...(expected === undefined ? {} : { expected }),
    ...(packets === undefined ? {} : { packets }),
  };
}

function hintText(id: string, hints: Lab['hints']): string {
  return hints[id] ?? `(This lab has no hint "${id}".)`;
}
