// SPDX-License-Identifier: BSD-2-Clause
import type { CheckResult } from '@ringlab/protocol';
import type { Lab, LabHint } from '../lab.ts';
import type { Sandbox, SandboxFile } from '../sandbox.ts';
import type { Check } from './check.ts';
import { CheckFailure } from './failure.ts';
import { findLocation } from './location.ts';
import { SandboxContext } from './sandbox-context.ts';
import type { Failure, Success, Verdict } from './verdict.ts';

export interface CheckRunOptions {
  /** Called with `running` and then with the result of each check, in the lab's order. */
  readonly onResult: (result: CheckResult) => void;
  readonly signal: AbortSignal;
}

/** What of a lab its checks need. */
export type CheckedLab = Pick<Lab, 'checks' | 'hints' | 'places' | 'starter'> &
  Partial<Pick<Lab, 'optional'>>;

/**
 * Judges what is built in the sandbox's workspace. Each check starts with no program and no port of the one before.
 * Resolves with a result for every check; rejects with the signal's reason when it is aborted, and with SandboxError
 * when the sandbox is gone.
 */
export async function runChecks(
  lab: CheckedLab,
  sandbox: Sandbox,
  { onResult: tell, signal }: CheckRunOptions,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const marked = (result: CheckResult) =>
    lab.optional?.has(result.id) === true ? { ...result, optional: true } : result;
  const onResult = (result: CheckResult) => tell(marked(result));
  for (const check of lab.checks) {
    signal.throwIfAborted();
    const result =
      skipped(check, results, lab, sandbox) ??
      withoutMachine(check, sandbox) ??
      (await runCheck(check, lab, sandbox, { onResult, signal }));
    onResult(result);
    results.push(marked(result));
  }
  return results;
}

/** What a check says before it says anything. */
function announce(check: Check, state: CheckResult['state']): CheckResult {
  const { id, title, sent, expected } = check;
  return { id, title, sent, expected, state };
}

/** What is optional is tried when everything else holds that can be tried here. */
function skipped(
  check: Check,
  earlier: readonly CheckResult[],
  { checks, optional }: CheckedLab,
  sandbox: Sandbox,
): CheckResult | undefined {
  const isOptional = optional?.has(check.id) === true;
  const untried = new Set(checks.filter((each) => lacksMachine(each, sandbox)).map(({ id }) => id));
  const blocking = earlier.find(
    ({ id, state, optional: other }) =>
      state !== 'passed' &&
      (check.after?.includes(id) === true || (isOptional && other !== true && !untried.has(id))),
  );
  if (blocking === undefined) return undefined;
  return {
    ...announce(check, 'skipped'),
    actual: `Not tried, because this must hold first: ${blocking.title}`,
  };
}

/** All other checks say what they say, machines or not. */
function withoutMachine(check: Check, sandbox: Sandbox): CheckResult | undefined {
  if (!lacksMachine(check, sandbox)) return undefined;
  const { machinesMissing = 'There are none here.' } = sandbox;
  return { ...announce(check, 'skipped'), actual: `Not tried. ${machinesMissing}` };
}

const lacksMachine = ({ inMachine }: Check, { machines = [] }: Sandbox): boolean =>
  inMachine === true && machines.length === 0;

async function runCheck(
  check: Check,
  lab: CheckedLab,
  sandbox: Sandbox,
  { onResult, signal }: CheckRunOptions,
): Promise<CheckResult> {
  onResult(announce(check, 'running'));
  const startedMs = performance.now();
  const judged = await judge(check, sandbox, signal);
  signal.throwIfAborted();
  // What fails because the sandbox is gone is no judgment.
  if (!judged.passed) await sandbox.put([]);
  const durationMs = Math.round(performance.now() - startedMs);
  return {
    ...announce(check, judged.passed ? 'passed' : 'failed'),
    ...(judged.passed ? successFields(judged) : await failureFields(judged, check, lab, sandbox)),
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

function successFields({ actual, measured }: Success): Partial<CheckResult> {
  return {
    ...(actual === undefined ? {} : { actual }),
    ...(measured === undefined ? {} : { measured: [...measured] }),
  };
}

async function failureFields(
  failure: Failure | BrokenCheck,
  { id }: Check,
  lab: CheckedLab,
  sandbox: Sandbox,
): Promise<Partial<CheckResult>> {
  const { actual, expected, packets, measured } = failure;
  const common = {
    actual,
    ...(expected === undefined ? {} : { expected }),
    ...(packets === undefined ? {} : { packets }),
    ...(measured === undefined ? {} : { measured: [...measured] }),
  };
  if (!('hint' in failure)) return common;
  const hint = lab.hints[failure.hint] ?? { text: `(This lab has no hint "${failure.hint}".)` };
  const location = await locate(id, hint, lab, sandbox);
  return { ...common, hint: hint.text, ...(location === undefined ? {} : { location }) };
}

/** Where the hint says, or else where the step's code is, in the files that were judged. */
async function locate(
  check: string,
  { look }: LabHint,
  { places, starter }: CheckedLab,
  sandbox: Sandbox,
): Promise<CheckResult['location']> {
  const paths = starter.filter(({ editable }) => editable).map(({ path }) => path);
  return findLocation(await builtFiles(sandbox, paths), [look, places[check]]);
}

/** These files, or the ones of C++ that were built in their place. */
async function builtFiles(sandbox: Sandbox, paths: readonly string[]): Promise<SandboxFile[]> {
  const there = await sandbox.get(paths.flatMap(inPlaceOf));
  const chosen = paths.map((path) =>
    inPlaceOf(path)
      .map((name) => there.find((file) => file.path === name))
      .find((file) => file !== undefined),
  );
  return chosen.filter((file) => file !== undefined);
}

/** In the order in which the labs' Makefiles look for them. */
function inPlaceOf(path: string): string[] {
  return path.endsWith('.c') ? ['.cc', '.cpp', '.c'].map((end) => path.replace(/\.c$/, end)) : [path];
}
