// SPDX-License-Identifier: BSD-2-Clause
import { fenceAfter } from './lab-text.ts';

/** Something that a text says is there, and the line where it does, from 1. */
export interface Claim {
  readonly line: number;
  readonly text: string;
}

/** What a text says that can be proved. */
export interface TextClaims {
  /** Targets of links and images. */
  readonly links: readonly Claim[];
  /** What a reader would type into a terminal. */
  readonly commands: readonly Claim[];
  /** C functions, macros and members. */
  readonly names: readonly Claim[];
}

const CODE_SPAN = /(?<!`)(`+)(?!`)((?:(?!\n\s*\n)[\s\S])+?)(?<!`)\1(?!`)/g;
const LINKS = [/\]\(\s*<?([^)\s>]+)/g, /<(https?:[^>\s]+)>/g, /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm];
/** Programs whose names look like any other word. */
const WORDS = ['make', 'nmio', 'nmstat'];
const COMMANDS = [
  /^\.\//,
  /^[a-z][\w.+-]*( +[\w./:{}@-]+)* +--?[A-Za-z]/,
  /^[a-z][a-z0-9]*(-[a-z0-9]+)+( |$)/,
  new RegExp(`^(${WORDS.join('|')})( +[\\w.-]+)*$`),
];
/** In a drawing, a word with a dash is no command yet. */
const COMMANDS_IN_DRAWINGS = COMMANDS.slice(0, 2);
/** Called, a member, with an underscore, or in capitals: prose in code has none of these. */
const NAMES = [
  /\b([A-Za-z_]\w*)\s*\(/g,
  /->\s*([A-Za-z_]\w*)/g,
  /\b([A-Za-z]\w*_\w*)\b/g,
  /\b([A-Z][A-Z0-9]{3,})\b/g,
];

/** Never throws: what is no claim is prose. */
export function textClaims(markdown: string): TextClaims {
  const { prose, fenced } = split(markdown);
  const spans = [...prose.matchAll(CODE_SPAN)].map((found) => ({
    line: lineAt(prose, found.index),
    text: (found[2] ?? '').replaceAll(/\s+/g, ' ').trim(),
  }));
  const commands = [...spans.filter(({ text }) => isCommand(text)), ...fenced.flatMap(fencedCommand)];
  const code = [
    ...spans.filter(({ text }) => !isCommand(text)),
    ...fenced.filter(({ language }) => language === 'c'),
  ];
  return { links: linksIn(prose), commands: byLine(commands), names: byLine(code.flatMap(namesIn)) };
}

interface FencedLine extends Claim {
  /** What stands behind the opening fence. */
  readonly language: string;
}

/** Prose has every line, empty where code is fenced, so that places in it are places in the file. */
function split(markdown: string): { prose: string; fenced: FencedLine[] } {
  const prose: string[] = [];
  const fenced: FencedLine[] = [];
  let fence: string | undefined;
  let language = '';
  for (const [index, text] of markdown.split('\n').entries()) {
    const next = fenceAfter(text, fence);
    if (fence === undefined && next !== undefined) language = text.trim().slice(next.length).trim();
    else if (fence !== undefined && next !== undefined) fenced.push({ line: index + 1, text, language });
    prose.push(fence === undefined && next === undefined ? text : '');
    fence = next;
  }
  return { prose: prose.join('\n'), fenced };
}

function isCommand(text: string): boolean {
  return COMMANDS.some((pattern) => pattern.test(text));
}

function fencedCommand({ line, text, language }: FencedLine): Claim[] {
  const typed = text.trim().replace(/^\$ /, '');
  const prompted = typed !== text.trim();
  const shell = ['sh', 'bash', 'shell'].includes(language) && typed !== '' && !typed.startsWith('#');
  const drawn = language === '' && COMMANDS_IN_DRAWINGS.some((pattern) => pattern.test(typed));
  return prompted || shell || drawn ? [{ line, text: typed }] : [];
}

function namesIn({ line, text }: Claim): Claim[] {
  if (text.startsWith('/*')) return [];
  const names = NAMES.flatMap((pattern) => [...text.matchAll(pattern)].map((found) => found[1] ?? ''));
  return [...new Set(names)].map((name) => ({ line, text: name }));
}

function linksIn(prose: string): Claim[] {
  const text = prose.replaceAll(CODE_SPAN, (code) => code.replaceAll(/[^\n]/g, ' '));
  const found = LINKS.flatMap((pattern) => [...text.matchAll(pattern)]);
  return byLine(found.map((link) => ({ line: lineAt(text, link.index), text: link[1] ?? '' })));
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function byLine(claims: readonly Claim[]): Claim[] {
  return claims.toSorted((a, b) => a.line - b.line);
}
