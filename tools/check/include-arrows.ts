// SPDX-License-Identifier: BSD-2-Clause
import { posix } from 'node:path';
import type { Check, Fault } from './check.ts';
import { lineAt, readSource, sources } from './sources.ts';

const PACKAGE = 'packages/unetmap/';
const LAYERS = ['core', 'ports', 'control', 'client'] as const;
const PUBLIC = 'include';

/** What may include what: a layer includes those below itself, everybody the public headers, nobody anything else. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    LAYERS.map((layer, depth) => [`src/${layer}`, LAYERS.slice(0, depth).map((below) => `src/${below}`)]),
  ),
  'src/libnetmap': [],
  tools: [],
  [PUBLIC]: [],
  tests: ['tools', 'src/core', 'src/ports', 'src/control', 'src/client', 'src/libnetmap'],
  bench: [],
};

const SAYS: Readonly<Record<string, string>> = {
  'src/core': 'core includes nothing above itself.',
  tools: 'Tools use only the public headers, so they run on in-kernel netmap too.',
};

export const includeArrows: Check = {
  name: 'include-arrows',
  proves: 'in C: tools -> public headers, and client -> control -> ports -> core',
  run: async () => {
    const files = sources(`${PACKAGE}**/*.{c,h}`).map((path) => path.slice(PACKAGE.length));
    return files.flatMap((path) => badIncludes(path, readSource(PACKAGE + path), files));
  },
};

/** @param files all of the package's; paths are relative to the package. */
export function badIncludes(path: string, text: string, files: readonly string[]): Fault[] {
  return [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]/gm)].flatMap(
    ({ 1: name = '', index }) => {
      const target = resolveInclude(path, name, files);
      const message = target === undefined ? undefined : judgeInclude(areaOf(path), areaOf(target));
      return message === undefined
        ? []
        : [{ path: PACKAGE + path, line: lineAt(text, index), message: `includes ${name}. ${message}` }];
    },
  );
}

/** As the Makefile has the compiler search: beside the file, then in include, src and tools. System headers are nobody's. */
function resolveInclude(from: string, name: string, files: readonly string[]): string | undefined {
  return [posix.dirname(from), PUBLIC, 'src', 'tools']
    .map((folder) => posix.join(folder, name))
    .find((path) => files.includes(path));
}

function judgeInclude(from: string, to: string): string | undefined {
  if (from === to || to === PUBLIC || MAY[from]?.includes(to)) return undefined;
  return (
    SAYS[from] ??
    `${from} may include the public headers${MAY[from]?.map((area) => `, ${area}`).join('') ?? ''}; not ${to}.`
  );
}

function areaOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'src' ? `src/${second}` : top;
}
