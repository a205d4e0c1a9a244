// SPDX-License-Identifier: BSD-2-Clause

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SandboxError } from '@ringlab/labkit';
import type { EngineName } from '@ringlab/protocol';
import { z } from 'zod';
import { agentArguments } from '../agent/arguments.ts';
import { AGENT_SOURCES } from '../agent/compile.ts';
import { environment, TOOLS, UNETMAP_LIBRARY } from '../agent/inside.ts';
import { bwrapArguments } from '../bubblewrap/layout.ts';
import { ETC_FILES, stageEtc } from '../bubblewrap/staging.ts';
import type { SandboxSpec } from '../driver.ts';
import { quoted, type SshLink } from '../over-ssh/link.ts';

const run = promisify(execFile);

/** There is nobody outside who could hold them. */
const NOTHING_OUTSIDE = { memory: false, processes: false };
const MOST_BYTES = 16 * 1024 * 1024;

/** What somebody prepared there, as the host itself says. */
export interface RemoteHost {
  /** Of everything that the server puts there. */
  readonly folder: string;
  readonly engine: EngineName;
  /** bwrap's words for its system. */
  readonly system: readonly string[];
}

/** Any POSIX shell answers this: a line a fact. */
const FACTS = [
  'echo "system $(uname -s)"',
  'echo "home $HOME"',
  'for p in bwrap cc tar flock; do command -v $p > /dev/null 2>&1 && echo "has $p"; done',
  `[ -x ${TOOLS}/bin/nmstat ] && echo "has tools"`,
  '[ -r /dev/netmap ] && [ -w /dev/netmap ] && echo "has netmap"',
  'for d in bin sbin lib lib32 lib64 libx32; do [ -L /$d ] && echo "link $d $(readlink /$d)"; done',
  'for d in bin sbin lib lib32 lib64 libx32; do [ -d /$d ] && [ ! -L /$d ] && echo "folder $d"; done; true',
].join('; ');

const NEEDS: readonly (readonly [fact: string, what: string])[] = [
  ['bwrap', 'bubblewrap'],
  ['cc', 'a C compiler'],
  ['tar', 'tar'],
  ['flock', 'flock of util-linux'],
  ['tools', `netmap's tools in ${TOOLS}`],
];

const folderName = z.string().regex(/^\/[^\0\n]*$/);

/** Looks at the host. Rejects with SandboxError that says what it lacks. */
export async function lookAround(link: SshLink, name: string): Promise<RemoteHost> {
  const lines = (await link.must(`Looking at ${name}`, FACTS)).split('\n').map((line) => line.split(' '));
  const system = lines.find(([kind]) => kind === 'system')?.[1] ?? 'an unknown system';
  if (system !== 'Linux')
    throw new SandboxError(
      `${name} runs ${system}. Hosts need Linux: what supervises programs there knows no other yet.`,
    );
  const has = new Set(lines.filter(([kind]) => kind === 'has').map(([, what]) => what));
  const lacks = NEEDS.filter(([fact]) => !has.has(fact)).map(([, what]) => what);
  if (lacks.length > 0)
    throw new SandboxError(
      `${name} lacks ${lacks.join(', ')}. docs/preparing-a-host.md says how to prepare it.`,
    );
  const home = folderName.parse(
    lines
      .find(([kind]) => kind === 'home')
      ?.slice(1)
      .join(' '),
  );
  return {
    folder: `${home}/.ringlab`,
    engine: has.has('netmap') ? 'kernel' : 'unetmap',
    system: systemOf(lines),
  };
}

function systemOf(lines: readonly (readonly string[])[]): string[] {
  const tops = lines.flatMap(([kind, name = '', target = '']) => {
    if (kind === 'link') return ['--symlink', target, `/${name}`];
    return kind === 'folder' ? ['--ro-bind', `/${name}`, `/${name}`] : [];
  });
  return ['--ro-bind', '/usr', '/usr', ...tops];
}

/** Where what the server brings lies on the host; its name changes with every source. */
export interface Brought {
  readonly agentFolder: string;
  readonly etcFolder: string;
}

/** Compiles the agent there, for the host's own processor and C library, unless that version is there. */
export async function bring(link: SshLink, host: RemoteHost, scratch: string): Promise<Brought> {
  const etc = await stageEtc(scratch);
  const folder = `${host.folder}/agent-${await versionOfAgent()}`;
  const there = await link.run(`umask 077; mkdir -p ${quoted([host.folder])} && [ -d ${quoted([folder])} ]`);
  if (there.code !== 0) await compileThere(link, folder, etc);
  return { agentFolder: folder, etcFolder: `${folder}/etc` };
}

async function compileThere(link: SshLink, folder: string, etc: string): Promise<void> {
  const sources = await run('tar', ['-C', AGENT_SOURCES, '-cf', '-', '.'], {
    encoding: 'buffer',
    maxBuffer: MOST_BYTES,
  });
  const fresh = `${folder}.new`;
  const script = [
    ...[
      'set -e',
      `rm -rf ${quoted([fresh])}`,
      `mkdir -p ${quoted([fresh])}/src`,
      `cd ${quoted([fresh])}/src`,
    ],
    ...['tar -xf -', "agent=$(ls *.c | grep -v '^crash_note')"],
    'cc -std=gnu11 -O2 -g -w -o ../ringlab-agent $agent',
    'cc -std=gnu11 -O2 -g -w -shared -fPIC -o ../crash-note.so crash_note.c',
  ];
  await link.must('Compiling the agent on the host', script.join('; '), sources.stdout);
  const files = await run('tar', ['-C', etc, '-cf', '-', '.'], { encoding: 'buffer', maxBuffer: MOST_BYTES });
  const finish = `mkdir ${quoted([fresh])}/etc && tar -xf - -C ${quoted([fresh])}/etc && chmod -R go-w ${quoted([fresh])} && mv ${quoted([fresh, folder])}`;
  await link.must('Preparing the host', finish, files.stdout);
}

async function versionOfAgent(): Promise<string> {
  const names = (await readdir(AGENT_SOURCES)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(AGENT_SOURCES, name))));
  return createHash('sha256').update(Buffer.concat(texts)).digest('hex').slice(0, 12);
}

export function socketOn(host: RemoteHost): string {
  return `${host.folder}/agent`;
}

/**
 * The command that makes the sandbox; it prints a byte when the agent can be reached. Whoever holds the lock has the host,
 * whichever server it came from; the lock goes with the sandbox. Everything that a program wrote is in memory, so the
 * next attendee finds nothing.
 */
export function launchCommand(
  host: RemoteHost,
  { agentFolder, etcFolder }: Brought,
  { limits, interfaces }: Pick<SandboxSpec, 'limits' | 'interfaces'>,
): string {
  const sources = {
    ...{ agentFolder, etcFolder, toolsFolder: TOOLS, etcFiles: ETC_FILES, system: host.system },
    devices: host.engine === 'kernel' ? KERNEL_NETMAP : [],
  };
  const bwrap = [
    'bwrap',
    ...bwrapArguments(sources, limits, agentArguments(limits, NOTHING_OUTSIDE), interfaces),
  ];
  const launch = [`${agentFolder}/ringlab-agent`, 'launch', socketOn(host), 0, 0, '--', ...bwrap];
  const socket = quoted([socketOn(host)]);
  return `exec flock -n -E ${BUSY} ${quoted([`${host.folder}/lock`])} sh -c ${quoted([`rm -f ${socket}; exec ${quoted(launch)}`])}`;
}

/** What the command exits with when another server has the host. */
export const BUSY = 99;

/** The kernel's netmap looks for NICs in the caller's network namespace. */
const KERNEL_NETMAP = ['--share-net', '--dev-bind', '/dev/netmap', '/dev/netmap'];

export function remoteEnvironment({ engine }: RemoteHost): Readonly<Record<string, string>> {
  return environment(engine === 'kernel' ? [] : [`${TOOLS}/${UNETMAP_LIBRARY}`]);
}
