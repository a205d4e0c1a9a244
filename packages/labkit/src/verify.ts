// SPDX-License-Identifier: BSD-2-Clause
import type { CheckResult } from '@ringlab/protocol';
import { buildLab } from './build.ts';
import { runChecks } from './checks/run-checks.ts';
import type { Lab, LabFile, LabMutant } from './lab.ts';
import { loadLabAnswers } from './loader.ts';
import type { Sandbox } from './sandbox.ts';

export interface VerifyOptions {
  /** A fresh sandbox; disposed of here. */
  readonly createSandbox: () => Promise<Sandbox>;
  /** `answers`: the solution and the starter only. `all`: every mutant, too. */
  readonly extent: 'answers' | 'all';
  /** Called before each program that is tried: `solution`, `starter`, `mutant no-sync`. */
  readonly onSubject?: (subject: string) => void;
  readonly signal: AbortSignal;
}

/** What is not as the lab says, a sentence each; empty for a lab that holds. */
export async function verifyLab(lab: Lab, options: VerifyOptions): Promise<string[]> {
  const { solution, mutants } = await loadLabAnswers(lab);
  const problems = [
    ...(await verifySubject(lab, 'solution', solution, options, solutionProblems)),
    ...(await verifySubject(lab, 'starter', lab.starter, options, starterProblems)),
  ];
  if (options.extent === 'answers') return problems;
  for (const mutant of mutants) {
    const judge: Judge = (results) => mutantProblems(mutant, results, lab);
    problems.push(...(await verifySubject(lab, `mutant ${mutant.name}`, mutant.files, options, judge)));
  }
  return problems;
}

type Judge = (results: readonly CheckResult[]) => string[];

async function verifySubject(
  lab: Lab,
  subject: string,
  files: readonly LabFile[],
  { createSandbox, onSubject, signal }: VerifyOptions,
  judge: Judge,
): Promise<string[]> {
  onSubject?.(subject);
  await using sandbox = await createSandbox();
  await sandbox.put(files);
  const build = await buildLab(lab, sandbox);
  if (!build.ok) return [`${subject}: does not build: ${build.output.trim()}`];
  const warnings = subject.startsWith('mutant')
    ? []
    : build.diagnostics.map(
        ({ path, line, message }) => `builds with a warning: ${path}:${line}: ${message}`,
      );
  const results = await runChecks(lab, sandbox, { onResult: () => undefined, signal });
  return [...warnings, ...judge(results)].map((problem) => `${subject}: ${problem}`);
}

function solutionProblems(results: readonly CheckResult[]): string[] {
  return results
    .filter(({ state }) => state !== 'passed')
    .map((result) => `${resultWords(result)}, but must pass`);
}

/** A starter that passes is no exercise; one that fails for a broken check proves nothing. */
function starterProblems(results: readonly CheckResult[]): string[] {
  const unjudged = results.filter(({ state, hint }) => state === 'failed' && hint === undefined);
  const broken = unjudged.map((result) => `${resultWords(result)} for no reason with a hint`);
  return results.some(({ state }) => state === 'failed') ? broken : [...broken, 'passes every check'];
}

function mutantProblems({ fails }: LabMutant, results: readonly CheckResult[], { hints }: Lab): string[] {
  const failing = results.filter(({ state }) => state === 'failed');
  const survived = Object.keys(fails).filter((id) => failing.every((result) => result.id !== id));
  const unforeseen = failing.filter(({ id }) => fails[id] === undefined);
  const misled = failing.filter(({ id, hint }) => fails[id] !== undefined && hint !== hints[fails[id]]);
  return [
    ...survived.map((id) => `survives the check ${id}`),
    ...unforeseen.map((result) => `${resultWords(result)}, which lab.yaml does not say`),
    ...misled.map(
      (result) =>
        `${resultWords(result)} with another hint than ${fails[result.id]}: ${result.hint ?? 'none'}`,
    ),
  ];
}

function resultWords({ id, state, actual }: CheckResult): string {
  return `the check ${id} ${state}${actual === undefined ? '' : ` (${actual})`}`;
}
