// SPDX-License-Identifier: BSD-2-Clause
// What a C program recorded on in-kernel netmap.
import { readFileSync } from 'node:fs';

const golden = JSON.parse(
  readFileSync(new URL('../../../../unetmap/tests/conformance/golden.json', import.meta.url), 'utf8'),
) as { cases: readonly { case: string; got: Readonly<Record<string, unknown>> }[] };

export const recordedNames: readonly string[] = golden.cases.map((one) => one.case);

/** Empty if there is no such case. */
export function recorded(name: string): Readonly<Record<string, unknown>> {
  return golden.cases.find((one) => one.case === name)?.got ?? {};
}
