// SPDX-License-Identifier: BSD-2-Clause
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Program } from './checks/program.ts';
import { within } from './checks/wait.ts';
import { lastWords } from './checks/words.ts';
import type { Lab } from './lab.ts';
import type { Sandbox } from './sandbox.ts';
import { type Claim, textClaims } from './text-claims.ts';

/** A program that does not like its command line says so at once; one that likes it may run for ever. */
const TRIED_MS = 1500;

/** Every name that the compiler knows in the lab's sources or in netmap's headers; comments are gone by then. */
const KNOWN_NAMES = `
for source in *.c; do cc -E -dD "$source"; done
printf '#define NETMAP_WITH_LIBS\\n#include <net/netmap_user.h>\\n#include <libnetmap.h>\\n' | cc -E -dD -
`;

/** What `text.md` says and is not so, where the solution is built: commands that fail, names that nothing has. */
export async function textProblems(
  lab: Pick<Lab, 'dir'>,
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<string[]> {
  const { commands, names } = textClaims(await readFile(join(lab.dir, 'text.md'), 'utf8'));
  const problems = await unknownNames(names, sandbox);
  for (const command of commands) {
    signal.throwIfAborted();
    problems.push(...(await commandProblems(command, sandbox)));
  }
  return problems;
}

async function unknownNames(names: readonly Claim[], sandbox: Sandbox): Promise<string[]> {
  const { output } = await sandbox.exec(['sh', '-c', KNOWN_NAMES]);
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of output) text += decoder.decode(bytes, { stream: true });
  const known = new Set(text.match(/\w+/g));
  return names
    .filter(({ text: name }) => !known.has(name))
    .map(
      ({ line, text: name }) =>
        `text.md:${line}: neither netmap's headers nor the lab's sources have "${name}"`,
    );
}

async function commandProblems({ line, text }: Claim, sandbox: Sandbox): Promise<string[]> {
  await using program = await Program.start(sandbox, ['sh', '-c', harmless(text)]);
  const exit = await within(program.exit, TRIED_MS);
  if (exit === undefined || exit.code === 0) return [];
  return [`text.md:${line}: the command "${text}" ${exit.words}.${lastWords(program)}`];
}

/** A bare name has to be there; make says what it would do, for `make clean` must not take away what comes next. */
function harmless(command: string): string {
  if (!command.includes(' ')) return `command -v ${command}`;
  return command.replace(/^make /, 'make -n ');
}
