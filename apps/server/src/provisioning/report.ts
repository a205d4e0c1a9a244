// SPDX-License-Identifier: BSD-2-Clause
import {
  type Provisioning,
  type ProvisionLine,
  type ProvisionLineState,
  provisioningVerdict,
} from '@ringlab/protocol';

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
const VERDICT_COLORS: Partial<Record<Provisioning['phase'], string>> = { good: '32', bad: '31' };

/** One line of the terminal: `good  docker        docker 20.10 works`. */
export function lineText({ state, title, words, done, tookMs }: ProvisionLine, colored: boolean): string {
  const percent = done === undefined ? '' : `${Math.floor(done * 100)} %  `;
  const took = tookMs === undefined || tookMs < 1000 ? '' : `  (${(tookMs / 1000).toFixed(1)} s)`;
  const text = `${painted(MARKS[state], COLORS[state], colored)}${title.padEnd(34)} ${percent}${words}${took}`;
  return text.replaceAll('\n', `\n${' '.repeat(41)}`);
}

/** The table at the end, and its one sentence. */
export function tableText(provisioning: Provisioning, colored: boolean): string {
  const rows = provisioning.lines.map((line) => lineText(line, colored));
  const verdict = painted(provisioningVerdict(provisioning), VERDICT_COLORS[provisioning.phase], colored);
  return `\n${rows.join('\n')}\n\n${verdict}`;
}

function painted(text: string, color: string | undefined, colored: boolean): string {
  return colored && color !== undefined ? `\u001b[${color}m${text}\u001b[0m` : text;
}
