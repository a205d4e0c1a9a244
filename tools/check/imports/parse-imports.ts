// SPDX-License-Identifier: BSD-2-Clause
import { parseSync, Visitor } from 'oxc-parser';

export interface FoundImport {
  /** As written, `./a.ts` or `@ringlab/protocol`. */
  readonly specifier: string;
  readonly offset: number;
}

/** Everything that makes this file depend on another: imports, re-exports, `import()`, types of `import()`, `require`. */
export function parseImports(path: string, text: string): FoundImport[] {
  const { module, program } = parseSync(path, text);
  const requests = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest ?? []),
    ),
  ].map(({ value, start }) => ({ specifier: value, offset: start }));
  const found = new Map(requests.map((request) => [request.offset, request]));
  const add = (source: object): void => {
    if (!('value' in source) || typeof source.value !== 'string' || !('start' in source)) return;
    found.set(Number(source.start), { specifier: source.value, offset: Number(source.start) });
  };
  new Visitor({
    ImportExpression: ({ source }) => add(source),
    TSImportType: ({ source }) => add(source),
    CallExpression: ({ callee, arguments: [first] }) => {
      if (callee.type === 'Identifier' && callee.name === 'require' && first) add(first);
    },
  }).visit(program);
  return [...found.values()];
}
