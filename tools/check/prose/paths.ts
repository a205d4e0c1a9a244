// SPDX-License-Identifier: BSD-2-Clause
import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../prepare/repository.mjs';

/** Files that are known by their names alone: `lab.yaml`, `checks.ts`. */
const BARE_FILE = /^[\w-]+(\.[\w-]+)*\.(ts|tsx|mjs|c|h|md|json|yaml)$/;
const PATH = /^[\w.@*-]+(\/[\w.@*{},-]+)*\/?$/;
/** A name that the reader puts something into: `labs/NN-slug/`. */
const PLACEHOLDER = /\b(NN|NAME|FILE|DIR|LAB)\b|NN-/;
/** What a build, an installation or a server leaves, which is not there in a fresh clone. */
const MADE = /(^|\/)(build|dist|node_modules|\.data)(\/|$)/;

/** What is wrong with a path that a page names; undefined for what is no path of the repository. */
export function pathFault(page: string, text: string): string | undefined {
  if (PLACEHOLDER.test(text) || !PATH.test(text)) return undefined;
  if (BARE_FILE.test(text)) return anywhere(text) ? undefined : `no file is called ${text}`;
  if (!text.includes('/') || !startsHere(page, text)) return undefined;
  return MADE.test(text) || there(page, text) ? undefined : `there is no ${text}`;
}

export function linkFault(page: string, target: string): string | undefined {
  if (/^([a-z]+:|#)/.test(target)) return undefined;
  const [path = ''] = target.split('#');
  return existsSync(join(ROOT, dirname(page), path)) ? undefined : `the link leads nowhere: ${target}`;
}

/** A first part that is a folder of ours makes it a path of ours: not `unetmap/kernel`, not `netmap:eth0/R`. */
function startsHere(page: string, text: string): boolean {
  const [first = ''] = text.split('/');
  return first !== '' && bases(page).some((base) => existsSync(join(base, first)));
}

function there(page: string, text: string): boolean {
  return bases(page).some((base) => globSync(text.replace(/\/$/, ''), { cwd: base }).length > 0);
}

/** A page may name things from the repository's root, from its own folder, or from the sources of a side. */
function bases(page: string): string[] {
  return [
    '.',
    dirname(page),
    'apps/server/src',
    'apps/web/src',
    'packages/unetmap',
    'packages/unetmap/src',
  ].map((base) => join(ROOT, base));
}

function anywhere(name: string): boolean {
  const exclude = (path: string): boolean => /(^|\/)(node_modules|dist|\.tsbuild|\.git)$/.test(path);
  return globSync(`**/${name}`, { cwd: ROOT, exclude }).length > 0;
}
