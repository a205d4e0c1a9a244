// SPDX-License-Identifier: BSD-2-Clause
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../prepare/repository.mjs';
import { readSource } from '../sources.ts';

/** pnpm's and npm's own words, which need no script of ours. */
const OWN_WORDS = ['install', 'exec', 'add', 'ci'];

/** What is wrong with a command that a page tells to run; undefined for what is no command, too. */
export function commandFault(text: string): string | undefined {
  const words = text.split(/\s+/).filter((word) => !/^[A-Z_]+=/.test(word));
  const [program] = words;
  if (program === 'npm') return scriptFault(text, words[1] === 'run' ? words[2] : words[1], 'package.json');
  if (program === 'pnpm') return pnpmFault(text, words.slice(1));
  if (program === 'make') return makeFault(text, words.slice(1));
  return undefined;
}

function pnpmFault(text: string, words: readonly string[]): string | undefined {
  if (words[0] !== '--filter') return scriptFault(text, words[0], 'package.json');
  const manifest = globSync('{apps,packages}/*/package.json', { cwd: ROOT }).find(
    (path) => JSON.parse(readSource(path)).name === words[1],
  );
  return manifest === undefined
    ? `${text}: no package is called ${words[1]}`
    : scriptFault(text, words[2], manifest);
}

function scriptFault(text: string, script: string | undefined, manifest: string): string | undefined {
  if (script === undefined || OWN_WORDS.includes(script)) return undefined;
  const { scripts = {} } = JSON.parse(readSource(manifest));
  return Object.hasOwn(scripts, script) ? undefined : `${text}: ${manifest} has no script ${script}`;
}

function makeFault(text: string, words: readonly string[]): string | undefined {
  const folder = words[0] === '-C' ? (words[1] ?? '') : '.';
  const target = words.slice(words[0] === '-C' ? 2 : 0).find((word) => /^[a-z]/.test(word));
  const makefile = join(folder, 'Makefile');
  if (!existsSync(join(ROOT, makefile)))
    return folder === '.' ? undefined : `${text}: there is no ${makefile}`;
  const known = target === undefined || new RegExp(`^${target}:`, 'm').test(readSource(makefile));
  return known ? undefined : `${text}: ${makefile} has no target ${target}`;
}
