// SPDX-License-Identifier: BSD-2-Clause
import type { Provisioning, ProvisionLine, ProvisionLineState } from '@ringlab/protocol';

const MARKS: Readonly<Record<ProvisionLineState, string>> = {
  waiting: '      ',
  working: '...   ',
  good: 'good  ',
  bad: 'BAD   ',
  'left-out': '-     ',
};
const COLORS: Partial<Record<ProvisionLineState, string>> = {
  good: '32',
  bad: '31',
  'left-out': '2',
  working: '36',
};

/** One line of the terminal: `good  docker        docker 20.10 works`. */
export function lineText({ state, title, words, done, tookMs }: ProvisionLine, colored: boolean): string {
  const percent = done === undefined ? '' : `${Math.floor(done * 100)} %  `;
  const took = tookMs === undefined || tookMs < 1000 ? '' : `  (${(tookMs / 1000).toFixed(1)} s)`;
  const text = `${painted(MARKS[state], COLORS[state], colored)}${title.padEnd(34)} ${percent}${words}${took}`;
  return text.replaceAll('\n', `\n${' '.repeat(41)}`);
}

/** The table at the end, and its one sentence. */
export function tableText({ lines, phase, driver }: Provisioning, colored: boolean): string {
  const rows = lines.map((line) => lineText(line, colored));
  return `\n${rows.join('\n')}\n\n${verdict(phase, lines, driver, colored)}`;
}

function verdict(
  phase: Provisioning['phase'],
  lines: readonly ProvisionLine[],
  driver: Provisioning['driver'],
  colored: boolean,
): string {
  const bad = lines.filter(({ state }) => state === 'bad').length;
  if (phase === 'good') return painted(`Ready: everything works with ${driver}.`, '32', colored);
  if (phase === 'stopped') return 'Stopped before the end.';
  return painted(`Not ready: ${bad === 1 ? 'one line says' : `${bad} lines say`} what to do.`, '31', colored);
}

function painted(text: string, color: string | undefined, colored: boolean): string {
  return colored && color !== undefined ? `\u001b[${color}m${text}\u001b[0m` : text;
}
