// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import { isTerminalAnswer } from './terminal-answer.ts';

it.each([
  ['attributes', '\x1b[?1;2c'],
  ['secondary attributes', '\x1b[>0;276;0c'],
  ['state', '\x1b[0n'],
  ['position', '\x1b[24;80R'],
  ['a mode', '\x1b[?2004;1$y'],
  ['a setting', '\x1bP1$r0m\x1b\\'],
  ['a color', '\x1b]11;rgb:1414/1717/1e1e\x1b\\'],
])('knows the answer that tells %s', (_, text) => expect(isTerminalAnswer(text)).toBe(true));

it.each(['ls\r', '\x1b', '\x1b[A', '\x1bOR', '\x1b[200~pasted\x1b[201~', '\x1b[1;5C', 'c'])(
  'takes %j for typed',
  (text) => expect(isTerminalAnswer(text)).toBe(false),
);
