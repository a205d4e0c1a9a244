// SPDX-License-Identifier: BSD-2-Clause

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { SandboxError } from '@ringlab/labkit';
import type { EngineName } from '@ringlab/protocol';
import { agentArguments } from '../agent/arguments.ts';
import { stageAgent } from '../agent/compile.ts';
import { TOOLS } from '../agent/inside.ts';
import { stage } from '../agent/stage.ts';
import { bwrapArguments, MERGED_SYSTEM, NETMAP_PASSED, NETWORK_RIGHTS } from '../bubblewrap/layout.ts';
import { ETC_FILES, stageEtc } from '../bubblewrap/staging.ts';
import type { SandboxSpec } from '../driver.ts';
import type { LoginKeys } from '../over-ssh/keys.ts';
import { quoted, type SshLink } from '../over-ssh/link.ts';
import { TUN_DEVICE } from '../tun.ts';

const run = promisify(execFile);

/** In the guest, outside every sandbox: what the server brings along. */
const BROUGHT = '/run/ringlab/brought';
const AGENT_BINARY = `${BROUGHT}/agent/ringlab-agent`;
/** Of the sandbox that a snapshot has in it already, and of one made later. */
export const READY_SOCKET = '/run/ringlab/agent';
export const OWN_SOCKET = '/run/ringlab/agent-own';
const USER = 1000;
/** There is nobody outside who could hold them. */
const NOTHING_OUTSIDE = { memory: false, processes: false };

/** What of the server's own goes into a guest, and a name for that version of it. */
export async function stageBrought(runFolder: string): Promise<string> {
  const [agent, etc] = await Promise.all([stageAgent(runFolder), stageEtc(runFolder)]);
  const version = [agent, etc].map((path) => basename(path).split('-').at(-1)).join('-');
  return stage(runFolder, `brought-${version}`, async (folder) => {
    await cp(agent, join(folder, 'agent'), { recursive: true });
    await cp(etc, join(folder, 'etc'), { recursive: true });
  });
}

/** Brings the agent, once for each boot. What the image has compiled for its own C library is taken from there. */
export async function bring(link: SshLink, brought: string): Promise<void> {
  const { stdout } = await run('tar', ['-C', brought, '-cf', '-', '.'], {
    encoding: 'buffer',
    maxBuffer: 64 * 1024 * 1024,
  });
  const unpack = `mkdir -p ${BROUGHT} && tar -xf - -C ${BROUGHT}`;
  await link.must('Preparing the virtual machine', unpack, stdout);
}

/** Runs once what every lab needs, so that a snapshot has it in memory. */
export async function warm(link: SshLink): Promise<void> {
  const compile = `echo '#include <stdio.h>
int main(void) { return puts("warm") < 0; }' > /tmp/warm.c && gcc -g -o /tmp/warm /tmp/warm.c && /tmp/warm; rm -f /tmp/warm*`;
  const view = `bwrap --unshare-all --ro-bind / / --dev /dev --proc /proc true; bash -c true; ${TOOLS}/bin/nmstat --json`;
  await link.run(
    `sync; echo 3 > /proc/sys/vm/drop_caches; modprobe tun; chmod 666 ${TUN_DEVICE}; (${compile}; ${view}) > /dev/null 2>&1`,
  );
}

/** Entropy, time and keys that no other machine of the same snapshot has; `refresh.c` is the other end. */
export function freshness({ host, login }: LoginKeys): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(BigInt(Date.now()) * 1_000_000n);
  return Buffer.concat([randomBytes(64), time, Buffer.from(`${host.private}\0${login.public}\n\0`)]);
}

/** The command that takes in what `freshness` gives. */
export const REFRESH = `${AGENT_BINARY} refresh`;

/** What a guest has beyond what every image gives it. */
export interface GuestFindings {
  /** Its kernel has netmap, which somebody added to the image. */
  readonly kernelNetmap: boolean;
  /** Why modules that somebody added were not loaded; empty when all were. */
  readonly notLoaded: string;
}

/** What its init came to. */
export async function lookAround(link: SshLink): Promise<GuestFindings> {
  const look = '[ -c /dev/netmap ] && echo netmap || echo; cat /run/ringlab/not-loaded 2>&-; true';
  const [netmap, ...notLoaded] = (await link.must('Looking at the virtual machine', look)).split('\n');
  return { kernelNetmap: netmap === 'netmap', notLoaded: notLoaded.filter(Boolean).join('; ') };
}

/** Who provides `/dev/netmap`: the kernel where it can, unless somebody wants otherwise. Throws SandboxError. */
export function engineIn({ kernelNetmap, notLoaded }: GuestFindings, { engine }: Wanted): EngineName {
  if (engine !== 'kernel' || kernelNetmap) return engine ?? (kernelNetmap ? 'kernel' : 'unetmap');
  throw new SandboxError(
    `This lab needs netmap in the kernel, and the VM image's kernel has none${notLoaded === '' ? '' : ` (${notLoaded})`}. docs/images.md says how to add it.`,
  );
}

/** What of a sandbox's wishes is granted inside the machine. */
export interface Wanted extends Pick<SandboxSpec, 'limits' | 'interfaces' | 'engine'> {
  /** Programs may use network cards, and ports that are passed through, which the machine gets later. */
  readonly holdsPorts?: boolean;
}

/**
 * The command that makes the sandbox: its view and its user are those of a bubblewrap sandbox, so that a program finds the
 * same here. It prints a byte when the agent can be reached. When the agent ends, the machine does.
 */
export function launchCommand(
  { limits, interfaces, holdsPorts }: Wanted,
  engine: EngineName,
  socketPath: string,
): string {
  const netmap = engine === 'kernel' ? NETMAP_PASSED : [];
  const sources = { ...SOURCES, devices: [...(holdsPorts ? PORT_DEVICES : []), ...netmap] };
  const agent = [...agentArguments(limits, NOTHING_OUTSIDE), ...(holdsPorts ? [OWN_NETWORK] : [])];
  const bwrap = ['bwrap', ...bwrapArguments(sources, limits, agent, interfaces)];
  const launch = [AGENT_BINARY, 'launch', socketPath, USER, USER, '--', ...bwrap];
  return `exec setsid sh -c ${quoted([`${quoted(launch)}; echo b > /proc/sysrq-trigger`])}`;
}

/**
 * In sysfs, memory of PCI devices is there for whom root gave it to. With the rights the agent makes a network namespace, where
 * network cards come to be; programs keep those over it.
 */
const PORT_DEVICES = [
  ...['/sys/bus/pci', '/sys/devices/pci0000:00'].flatMap((path) => ['--bind', path, path]),
  ...['--dev-bind-try', TUN_DEVICE, TUN_DEVICE],
  ...NETWORK_RIGHTS,
];

/** A word for the agent that is no interface: a namespace of its own, with none yet. */
const OWN_NETWORK = 'own-network';

const SOURCES = {
  agentFolder: `${BROUGHT}/agent`,
  etcFolder: `${BROUGHT}/etc`,
  toolsFolder: TOOLS,
  etcFiles: ETC_FILES,
  system: MERGED_SYSTEM,
};
