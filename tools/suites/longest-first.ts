// SPDX-License-Identifier: BSD-2-Clause
import { readFileSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What tests call that start virtual machines or try all that a driver promises: they take longest. */
const TAKES_LONG = /\b(buildVmImage\b|driverContract\()/;

/** The order of the test files: none of those that take minutes is left to the end, where nothing could run beside it. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { long = [], short = [] } = Object.groupBy(await super.sort(files), duration);
    return [...long, ...short];
  }
}

function duration({ moduleId }: TestSpecification): 'long' | 'short' {
  return TAKES_LONG.test(readFileSync(moduleId, 'utf8')) ? 'long' : 'short';
}
