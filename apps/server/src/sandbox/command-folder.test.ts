// SPDX-License-Identifier: BSD-2-Clause
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { commandFolder, type RemoveLeft } from './command-folder.ts';
import { until } from './contract/inside.ts';
import { HeldFile } from './held-file.ts';

const MODULE = join(import.meta.dirname, 'command-folder.ts');
/** As a command that is at work. */
const AT_WORK = `import { commandFolder } from '${MODULE}'; await commandFolder(async () => {}); setInterval(() => {}, 1000);`;

let temporary = '';
let told: string[] = [];
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  told = [];
  vi.stubEnv('TMPDIR', temporary);
  vi.spyOn(console, 'error').mockImplementation((words: string) => void told.push(words));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(temporary, { recursive: true });
});

/** Of commands, with an owner's note. */
function folders(): string[] {
  const hasNote = (name: string) => {
    const owner = join(temporary, name, 'owner');
    return existsSync(owner) && readFileSync(owner, 'utf8') !== '';
  };
  return readdirSync(temporary).filter(hasNote);
}

async function isFree(path: string): Promise<boolean> {
  using file = await HeldFile.take(path);
  return file !== undefined;
}

/** Makes a folder and lets go of it; the folders for which `removeLeft` was asked. */
async function useOne(removing: RemoveLeft = async () => {}, atMostMs?: number) {
  const asked: string[] = [];
  const removeLeft = (path: string) => {
    asked.push(path);
    return removing(path);
  };
  const folder = await commandFolder(removeLeft, atMostMs);
  await folder[Symbol.asyncDispose]();
  return { asked, own: folder.path };
}

async function commandAtWork(world: readonly string[] = []): Promise<ChildProcess> {
  const [program = '', ...args] = [...world, process.execPath, '--input-type=module', '-e', AT_WORK];
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await until(() => folders().length > 0, 'a command at work');
  return child;
}

test('leaves nothing where everything can be removed', async () => {
  const { asked, own } = await useOne();
  expect([asked, readdirSync(temporary), told]).toEqual([[own], [], []]);
});

test.for([
  ['is refused', () => Promise.reject(new Error('The daemon is away.')), 'The daemon is away.'],
  ['never ends', () => new Promise<void>(() => {}), 'That takes longer than 0.05 s.'],
] as const)('a removal at the end that %s leaves the folder to the next', async ([, removing, why]) => {
  const { own } = await useOne(removing, 50);
  expect([existsSync(own), told]).toEqual([true, [expect.stringMatching(new RegExp(`${own}.*${why}`))]]);
  // As when the command has ended: in this process its file is let go of, too.
  const next = await useOne();
  expect([next.asked, readdirSync(temporary)]).toEqual([[own, next.own], []]);
});

test.for([
  ['on this machine', []],
  [
    'in a container without a process in common',
    ['unshare', '-U', '--map-root-user', '-p', '-f', '--kill-child'],
  ],
] as const)(
  'a command that is at work %s is left alone, and removed when it was killed',
  async ([, world]) => {
    const command = await commandAtWork(world);
    const [atWork = ''] = folders();
    const { asked, own } = await useOne();
    expect([asked, folders()]).toEqual([[own], [atWork]]);
    command.kill('SIGKILL');
    await once(command, 'exit');
    await until(() => isFree(join(temporary, atWork, 'owner')), 'the end of the last process');
    const next = await useOne();
    expect([next.asked, readdirSync(temporary)]).toEqual([[join(temporary, atWork), next.own], []]);
  },
);

test('one that is being made is left alone, unless nobody can be at that any more', async () => {
  for (const name of ['new', 'old']) mkdirSync(join(temporary, `ringlab-command-${name}`));
  const longAgo = Date.now() / 1000 - 3600;
  utimesSync(join(temporary, 'ringlab-command-old'), longAgo, longAgo);
  await useOne();
  expect(readdirSync(temporary)).toEqual(['ringlab-command-new']);
});
