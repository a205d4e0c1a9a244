// SPDX-License-Identifier: BSD-2-Clause
import { posix } from 'node:path';
import { lineAt } from '../sources.ts';
import { parseImports } from './parse-imports.ts';

/** One file depends on another, on a package of ours, on somebody's package, or on Node. */
export interface Edge {
  readonly from: string;
  /** A path of the repository, `@ringlab/...` as written, `node:fs`, or a package's name. */
  readonly to: string;
  readonly kind: 'file' | 'workspace' | 'node' | 'package';
  readonly line: number;
}

export function edgesOf(path: string, text: string): Edge[] {
  return parseImports(path, text).map(({ specifier, offset }) => ({
    from: path,
    line: lineAt(text, offset),
    ...target(path, specifier),
  }));
}

function target(from: string, specifier: string): Pick<Edge, 'to' | 'kind'> {
  const [path = ''] = specifier.split('?');
  if (path.startsWith('.')) return { kind: 'file', to: posix.join(posix.dirname(from), path) };
  if (path.startsWith('@ringlab/')) return { kind: 'workspace', to: path };
  if (path.startsWith('node:')) return { kind: 'node', to: path };
  return { kind: 'package', to: packageName(path) };
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
