// SPDX-License-Identifier: BSD-2-Clause
import { generalHints } from './checks/failure.ts';
import type { Lab, LabMutant } from './lab.ts';
import { loadLabAnswers } from './loader.ts';

/**
 * A line for each check of a lab, with its mutants that fail it, or why none has to; and one for each hint, with the mutants
 * that are given it. `pnpm labs verify` proves that it is so.
 */
export async function matrixText(lab: Lab): Promise<string> {
  const { mutants } = await loadLabAnswers(lab);
  const checks = lab.checks.map(({ id }) => [id, failing(mutants, id) || without(lab, id)] as const);
  const own = Object.keys(lab.hints).filter((id) => !(id in generalHints));
  const hints = own.map((id) => [id, given(mutants, id) || '- no mutant'] as const);
  return [lab.slug, ...table(checks), '  hints', ...table(hints).map((line) => `  ${line}`)].join('\n');
}

function failing(mutants: readonly LabMutant[], check: string): string {
  return namesOf(mutants.filter(({ fails }) => fails[check] !== undefined));
}

function given(mutants: readonly LabMutant[], hint: string): string {
  return namesOf(mutants.filter(({ fails }) => Object.values(fails).includes(hint)));
}

const namesOf = (mutants: readonly LabMutant[]): string => mutants.map(({ name }) => name).join(', ');

function without({ optional }: Lab, check: string): string {
  return optional.has(check) ? '- the solution fails it: it is for going further' : '- the starter fails it';
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([id]) => id.length));
  return rows.map(([id, words]) => `  ${id.padEnd(width)}  ${words}`);
}
