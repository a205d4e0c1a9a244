// SPDX-License-Identifier: BSD-2-Clause
/** Reports of attributes, positions, states, modes and sizes end as below; settings and colors come as DCS and OSC. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: answers of terminals begin with one.
const ANSWER = /^\x1b(?:\[[?>=]?[\d;]*(?:[cnRt]|\$y)|[P\]])/;

/** What xterm.js itself says to a program that asks its terminal something, rather than what a person types. */
export function isTerminalAnswer(text: string): boolean {
  return ANSWER.test(text);
}
