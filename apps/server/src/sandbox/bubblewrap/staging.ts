// SPDX-License-Identifier: BSD-2-Clause

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  access,
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SandboxError } from '@ringlab/labkit';

const run = promisify(execFile);

const AGENT_SOURCES = join(import.meta.dirname, 'agent');
const FLAGS = ['-std=gnu11', '-O2', '-g', '-Wall', '-Wextra'];
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
    await run('cc', [...FLAGS, ...flags, '-o', to, ...sources], { cwd: AGENT_SOURCES });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    throw new SandboxError(
      code === 'ENOENT'
        ? 'There is no C compiler. Install one: apt-get install gcc libc6-dev'
        : `The sandbox's agent does not compile: ${stderr?.split('\n').find((line) => line.includes('error')) ?? stderr}`,
    );
  }
}

/**
 * A copy of unetmap's build that sandboxes can reach wherever the project is, and that stays whole while unetmap is
 * built again; a changed build gets a copy of its own. Without a build the copy is empty.
 */
export async function stageTools(runFolder: string, unetmapDir: string): Promise<string> {
  const files = await Promise.all(['bin', 'lib', 'include'].map((name) => listing(join(unetmapDir, name))));
  const hash = createHash('sha256').update(files.flat().sort().join('\n')).digest('hex').slice(0, 12);
  return stage(runFolder, `tools-${hash}`, async (folder) => {
    for (const name of ['bin', 'lib', 'include']) {
      await mkdir(join(folder, name));
      await cp(join(unetmapDir, name), join(folder, name), { recursive: true, dereference: true }).catch(
        ignoreMissing,
      );
    }
  });
}

async function listing(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => {
      const found = await stat(file).catch(() => undefined);
      return `${file} ${found?.size} ${found?.mtimeMs}`;
    }),
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

const ETC: Readonly<Record<string, string>> = {
  passwd:
    'attendee:x:1000:1000:Attendee:/workspace:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  group: 'attendee:x:1000:\nnogroup:x:65534:\n',
  hosts: '127.0.0.1 localhost ringlab\n',
  'bash.bashrc': [
    String.raw`PS1='\[\e[36m\]\w\[\e[0m\]\$ '`,
    "PROMPT_DIRTRIM=3; HISTCONTROL=ignoredups; alias ls='ls --color=auto' ll='ls -l' grep='grep --color=auto'",
    'shopt -s checkwinsize\n',
  ].join('\n'),
};
export const ETC_FILES = Object.keys(ETC);

/** Files of /etc that name no person of the host. */
export async function stageEtc(runFolder: string): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(ETC)).digest('hex').slice(0, 12);
  return stage(runFolder, `etc-${hash}`, async (folder) => {
    for (const [name, text] of Object.entries(ETC)) await writeFile(join(folder, name), text);
  });
}

/** Fills a folder under another name first, so that one that is there is complete. */
async function stage(
  runFolder: string,
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const path = join(runFolder, name);
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (there) return path;
  const temporary = await mkdtemp(join(runFolder, 'new-'));
  try {
    await fill(temporary);
    await chmod(temporary, 0o755);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
  }
  return path;
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
