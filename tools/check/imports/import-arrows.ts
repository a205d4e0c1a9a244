// SPDX-License-Identifier: BSD-2-Clause
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../prepare/repository.mjs';
import type { Check, Fault } from '../check.ts';
import { readSource, sources } from '../sources.ts';
import { cyclesOf } from './cycles.ts';
import { type Edge, edgesOf } from './edges.ts';
import { judge } from './judge.ts';

export const importArrows: Check = {
  name: 'import-arrows',
  proves: "every import is one of the house's arrows, and no files import each other in a ring",
  run: async () => {
    const edges = sources('**/*.{ts,tsx,mjs}').flatMap((path) => edgesOf(path, readSource(path)));
    return faultsOf(edges, (path) => existsSync(join(ROOT, path)));
  },
};

/** @param exists says whether a path of the repository is there. */
export function faultsOf(edges: readonly Edge[], exists: (path: string) => boolean): Fault[] {
  const bad = edges.flatMap((edge) => {
    const says = judge(edge) ?? lost(edge, exists);
    return says === undefined
      ? []
      : [{ path: edge.from, line: edge.line, message: `imports ${edge.to}. ${says}` }];
  });
  const rings = cyclesOf(edges).map((ring) => ({
    message: `These files import each other in a ring: ${ring.join(' -> ')}`,
  }));
  return [...bad, ...rings];
}

function lost({ kind, to }: Edge, exists: (path: string) => boolean): string | undefined {
  return kind === 'file' && !exists(to)
    ? 'There is no such file; imports name the file with its ending.'
    : undefined;
}
