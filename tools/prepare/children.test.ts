// SPDX-License-Identifier: BSD-2-Clause
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

const CHILDREN = new URL('./children.mjs', import.meta.url).href;

/** Two programs at once, the second of which prints first and last; and what their command printed. */
const BESIDE = `
import { runInherited, runInTurn } from '${CHILDREN}';
const first = runInherited(['sh', '-c', 'until [ -e "$0" ]; do sleep 0.02; done; echo first', process.argv[1]]);
const turn = first.then(() => console.log('-- second'));
const argv = ['sh', '-c', 'echo early; echo early error >&2; touch "$0"; read later; exit 3', process.argv[1]];
console.log('exit', await runInTurn(argv, { turn }), await first);
`;

test('what runs beside something else prints when it is its turn', async () => {
  const argv = ['--input-type=module', '--eval', BESIDE, join(temporaryFolder(), 'said')];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  expect(stdout).toBe('first\n-- second\nearly\nearly error\nexit 3 0\n');
});
