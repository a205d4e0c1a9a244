// SPDX-License-Identifier: BSD-2-Clause

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SandboxError } from '@ringlab/labkit';
import { stage } from './stage.ts';

const run = promisify(execFile);

export const AGENT_SOURCES = join(import.meta.dirname, 'native');
export const COMPILE_FLAGS = ['-std=gnu11', '-O2', '-g', '-Wall', '-Wextra'];
const PROGRAMS = { 'ringlab-agent': [], 'crash-note.so': ['-shared', '-fPIC'] } as const;

/** The agent and what it preloads, compiled once for each version of their sources. Rejects with SandboxError. */
export async function stageAgent(runFolder: string): Promise<string> {
  const sources = (await readdir(AGENT_SOURCES)).filter((name) => /\.[ch]$/.test(name)).sort();
  const texts = await Promise.all(sources.map((name) => readFile(join(AGENT_SOURCES, name))));
  const hash = createHash('sha256').update(Buffer.concat(texts)).digest('hex').slice(0, 12);
  return stage(runFolder, `agent-${hash}`, async (folder) => {
    const [note, agent] = partition(
      sources.filter((name) => name.endsWith('.c')),
      (name) => name === 'crash_note.c',
    );
    await Promise.all([
      compile(agent, join(folder, 'ringlab-agent'), PROGRAMS['ringlab-agent']),
      compile(note, join(folder, 'crash-note.so'), PROGRAMS['crash-note.so']),
    ]);
  });
}

async function compile(sources: readonly string[], to: string, flags: readonly string[]): Promise<void> {
  try {
    await run('cc', [...COMPILE_FLAGS, ...flags, '-o', to, ...sources], { cwd: AGENT_SOURCES });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    throw new SandboxError(
      code === 'ENOENT'
        ? 'There is no C compiler. Install one: apt-get install gcc libc6-dev'
        : `The sandbox's agent does not compile: ${stderr?.split('\n').find((line) => line.includes('error')) ?? stderr}`,
    );
  }
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
