// SPDX-License-Identifier: BSD-2-Clause
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../prepare/repository.mjs';

const MADE = [
  'node_modules',
  'dist',
  'build',
  '.tsbuild',
  '.git',
  '.data',
  'test-results',
  'playwright-report',
];

/** Paths of files, relative to the repository, sorted; never what is made from others. */
export function sources(patterns: string | readonly string[]): string[] {
  const exclude = (name: string): boolean => MADE.includes(name.split('/').at(-1) ?? '');
  return globSync(patterns, { cwd: ROOT, exclude }).sort();
}

export function readSource(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Counted from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
