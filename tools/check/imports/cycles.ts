// SPDX-License-Identifier: BSD-2-Clause
import type { Edge } from './edges.ts';

/** Rings of files that import each other, each once, starting where it was met first. */
export function cyclesOf(edges: readonly Edge[]): string[][] {
  const targets = Map.groupBy(
    edges.filter(({ kind }) => kind === 'file'),
    ({ from }) => from,
  );
  const done = new Set<string>();
  const path: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push(path.slice(at));
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const { to } of targets.get(file) ?? []) visit(to);
    path.pop();
    done.add(file);
  };
  for (const file of targets.keys()) visit(file);
  return cycles;
}
