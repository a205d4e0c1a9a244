// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stop } from '../../../tools/prepare/stop.mjs';
import { GUEST_SOURCES, LABS } from '../recipe/sources.ts';
import { run } from '../run.ts';

const LAB = '03-sink';

/** What runs inside: the script as an argument of `sh -c`. */
export const TRY_LAB = readFileSync(join(GUEST_SOURCES, 'try-lab.sh'), 'utf8');

/** The lab's solution, with the files that it does not replace, as a tar for the script's stdin. */
export async function solutionTar(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-solution-'));
  try {
    const tar = join(folder, 'lab.tar');
    const from = (part: string): string[] => ['-C', join(LABS, LAB, part)];
    await run(['tar', '-c', '-f', tar, ...from('starter'), 'Makefile', ...from('solution'), 'sink.c']);
    return readFileSync(tar);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the script's output proves, in words. Stops when it proves nothing. */
export function judged(output: string): string {
  const count = /^counted (\d+) packets/m.exec(output)?.[1];
  const engine = /^engine (\w+)/m.exec(output)?.[1];
  if (count === undefined || Number(count) === 0)
    throw new Stop(`The lab's solution did not work inside:\n${output.trim()}`);
  return `the solution of ${LAB} was built and counted ${count} packets, engine ${engine}`;
}

/** Runs a program with these bytes on its stdin, to its end or for so long; gives back all that it printed. */
export function runWithInput(argv: readonly string[], input: Buffer, timeoutMs: number): Promise<string> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    child.on('error', reject);
    // What ends before it read everything says why in its output.
    child.stdin.on('error', () => {});
    child.on('close', () => resolve(output));
    child.stdin.end(input);
  });
}
