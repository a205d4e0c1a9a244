// SPDX-License-Identifier: BSD-2-Clause
import { basename } from 'node:path';
import { Stop } from '../../../tools/prepare/stop.mjs';

/**
 * Paths of modules and of all that they need, in an order in which each can be loaded.
 * `dependencies` is the text of modules.dep: lines of `PATH: PATH...`, the needs of needs included.
 */
export function loadingOrder(names: readonly string[], dependencies: string): string[] {
  const needs = new Map(
    dependencies.split('\n').flatMap((line) => {
      const [path = '', rest = ''] = line.split(':');
      return path === '' ? [] : [[path, rest.split(' ').filter((word) => word !== '')]];
    }),
  );
  const order = new Set<string>();
  const add = (path: string): void => {
    for (const need of needs.get(path) ?? []) if (!order.has(need)) add(need);
    order.add(path);
  };
  for (const name of names) add(pathOf(name, [...needs.keys()]));
  return [...order];
}

function pathOf(name: string, paths: readonly string[]): string {
  const path = paths.find((candidate) => basename(candidate) === `${name}.ko`);
  if (path === undefined) throw new Stop(`The guest's kernel has no module ${name}.`);
  return path;
}
