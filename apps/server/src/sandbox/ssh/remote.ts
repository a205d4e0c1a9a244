// SPDX-License-Identifier: BSD-2-Clause

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SandboxError } from '@ringlab/labkit';
import { z } from 'zod';
import { AGENT_SOURCES } from '../agent/compile.ts';
import { TOOLS } from '../agent/inside.ts';
import { stageEtc } from '../bubblewrap/staging.ts';
import { quoted, type SshLink } from '../over-ssh/link.ts';
import { FREEBSD } from './freebsd.ts';
import type { Brought, HostSystem, RemoteHost } from './host-system.ts';
import { LINUX } from './linux.ts';

const run = promisify(execFile);

const MOST_BYTES = 16 * 1024 * 1024;

const SYSTEMS: Readonly<Record<string, HostSystem>> = { Linux: LINUX, FreeBSD: FREEBSD };

/** Any POSIX shell answers this: a line a fact. */
export const FACTS = [
  'echo "system $(uname -s)"',
  'echo "home $HOME"',
  '[ "$(id -u)" = 0 ] && echo "has root"',
  'for p in bwrap cc tar flock lockf bash; do command -v $p > /dev/null 2>&1 && echo "has $p"; done',
  `[ -x ${TOOLS}/bin/nmstat ] && echo "has nmstat"`,
  `${TOOLS}/bin/make --version 2> /dev/null | grep -q GNU && echo "has gnu-make"`,
  '[ -r /dev/netmap ] && [ -w /dev/netmap ] && echo "has netmap"',
  'for d in bin sbin lib lib32 lib64 libx32; do [ -L /$d ] && echo "link $d $(readlink /$d)"; done',
  'for d in bin sbin lib lib32 lib64 libx32; do [ -d /$d ] && [ ! -L /$d ] && echo "folder $d"; done; true',
].join('; ');

const folderName = z.string().regex(/^\/[^\0\n]*$/);

/** Looks at the host. Rejects with SandboxError that says what it lacks. */
export async function lookAround(link: SshLink, name: string): Promise<RemoteHost> {
  return hostOf(name, await link.must(`Looking at ${name}`, FACTS));
}

/** What a host's answer to FACTS says. Throws SandboxError that says what the host lacks. */
export function hostOf(name: string, facts: string): RemoteHost {
  const lines = facts.split('\n').map((line) => line.split(' '));
  const found = lines.find(([kind]) => kind === 'system')?.[1] ?? 'an unknown system';
  const system = SYSTEMS[found];
  if (system === undefined)
    throw new SandboxError(`${name} runs ${found}. A host runs ${Object.keys(SYSTEMS).join(' or ')}.`);
  const has = new Set(lines.filter(([kind]) => kind === 'has').map(([, what]) => what));
  const lacks = system.needs.filter(([fact]) => !has.has(fact)).map(([, what]) => what);
  if (lacks.length > 0)
    throw new SandboxError(
      `${name} lacks ${lacks.join(', ')}. docs/preparing-a-host.md says how to prepare it.`,
    );
  const home = lines.find(([kind]) => kind === 'home');
  return {
    system,
    folder: `${folderName.parse(home?.slice(1).join(' '))}/.ringlab`,
    engines: system.engines.filter((engine) => engine !== 'kernel' || has.has('netmap')),
    tops: lines.filter(([kind]) => kind === 'link' || kind === 'folder'),
  };
}

/** Compiles the agent there, for the host's own processor and C library, unless that version is there. */
export async function bring(
  link: SshLink,
  host: RemoteHost,
  name: string,
  scratch: string,
): Promise<Brought> {
  const etc = await stageEtc(scratch);
  const folder = `${host.folder}/agent-${await versionOfAgent()}`;
  const there = await link.run(`umask 077; mkdir -p ${quoted([host.folder])} && [ -d ${quoted([folder])} ]`);
  if (there.code !== 0) await compileThere(link, host.system, { name, folder, etc });
  return { agentFolder: folder, etcFolder: `${folder}/etc` };
}

interface Compiled {
  /** The host's, for people. */
  readonly name: string;
  readonly folder: string;
  /** On this machine. */
  readonly etc: string;
}

/** Under another name first, so that one that is there is complete. What was begun takes no room of a disk that is full. */
async function compileThere(link: SshLink, system: HostSystem, compiled: Compiled): Promise<void> {
  const fresh = quoted([`${compiled.folder}.new`]);
  try {
    await compileIn(fresh, link, system, compiled);
  } catch (fault) {
    await link.run(`rm -rf ${fresh}`).catch(() => undefined);
    throw fault;
  }
}

async function compileIn(
  fresh: string,
  link: SshLink,
  system: HostSystem,
  { name, folder, etc }: Compiled,
): Promise<void> {
  const there = quoted([folder]);
  const prepare = `rm -rf ${fresh} && mkdir -p ${fresh}/src ${fresh}/etc && tar -xf - -C ${fresh}/etc`;
  await link.must(`Preparing ${name}`, prepare, await packed(etc));
  const compile = ['set -e', `cd ${fresh}/src`, 'tar -xf -', system.compile];
  const finish = [
    `chmod -R go-w ${fresh}`,
    `if [ -d ${there} ]; then rm -rf ${fresh}; else mv ${fresh} ${there}; fi`,
  ];
  const script = [...compile, ...finish].join('; ');
  await link.must(`Compiling the agent on ${name}`, script, await packed(AGENT_SOURCES));
}

async function packed(folder: string): Promise<Buffer> {
  const { stdout } = await run('tar', ['-C', folder, '-cf', '-', '.'], {
    encoding: 'buffer',
    maxBuffer: MOST_BYTES,
  });
  return stdout;
}

async function versionOfAgent(): Promise<string> {
  const entries = await readdir(AGENT_SOURCES, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.sort().map((path) => readFile(path)));
  return createHash('sha256').update(Buffer.concat(texts)).digest('hex').slice(0, 12);
}
