// SPDX-License-Identifier: BSD-2-Clause
import { readSource, sources } from '../sources.ts';

const SOURCE_FILES = '{apps,packages,labs,tools,e2e,bench,images}/**/*.{ts,tsx,mjs,c,h,yaml,json,1,8}';

/** `nm_open`, `SandboxDriver`, `run.start`, `RINGLAB_PORT`, `NIOCREGIF`, `poll()`: names that only code has. */
const SYMBOL = /^(?=.*([a-z][A-Z]|_|[a-z]\.[a-z]|\(\)$|[A-Z]{4}))[A-Za-z_][\w.-]*(\(\))?$/;

/** Every word of the sources, read once. */
let known: ReadonlySet<string> | undefined;

/** What is wrong with a symbol that a page names; undefined for what is no symbol. */
export function symbolFault(text: string): string | undefined {
  if (!SYMBOL.test(text)) return undefined;
  known ??= wordsOf(sources(SOURCE_FILES).map(readSource));
  const name = text.replace(/\(\)$/, '');
  return isKnown(name, known) ? undefined : `no source knows ${text}`;
}

function wordsOf(texts: readonly string[]): Set<string> {
  return new Set(
    texts.flatMap((text) => text.match(/[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)*/g) ?? []).flatMap(parts),
  );
}

function isKnown(name: string, words: ReadonlySet<string>): boolean {
  return words.has(name) || (name.includes('.') && name.split('.').every((part) => words.has(part)));
}

function parts(word: string): string[] {
  return [word, ...word.split(/[.-]/)];
}
