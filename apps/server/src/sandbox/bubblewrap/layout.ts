// SPDX-License-Identifier: BSD-2-Clause
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import type { SandboxInterface } from '@ringlab/labkit';
import { AGENT, NETMAP_DEVICE, REGION, TOOLS, WORKSPACE } from '../agent/inside.ts';
import type { Limits } from '../limits.ts';
import { TUN_DEVICE } from '../tun.ts';

/** Of the host's /etc: what the compiler, the loader and the terminal need, and nothing that names people or secrets. */
const ETC = [
  'alternatives',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'inputrc',
  'nsswitch.conf',
  'terminfo',
];

/** How many processors there are, and what memory is near which: programs that pin themselves ask. */
const PROCESSORS = ['/sys/devices/system/cpu', '/sys/devices/system/node'];

export interface LayoutSources {
  /** Holds `ringlab-agent` and `crash-note.so`. */
  readonly agentFolder: string;
  /** Holds unetmap's `bin`, `lib`, `include`. */
  readonly toolsFolder: string;
  /** Holds `passwd`, `group` and such, made for sandboxes. */
  readonly etcFolder: string;
  readonly etcFiles: readonly string[];
  /** What sandboxes with interfaces get as `/dev/net/tun`; the machine's own if left out. */
  readonly tun?: string | undefined;
  /** bwrap's words for /usr and its like; where it runs on this machine, they are found out. */
  readonly system?: readonly string[];
  /** More of its words, for devices. */
  readonly devices?: readonly string[];
}

/** Arguments of bwrap, up to and including the agent's own. */
export function bwrapArguments(
  sources: LayoutSources,
  limits: Limits,
  agentLimits: readonly string[],
  interfaces: readonly SandboxInterface[] = [],
): string[] {
  return [
    ...['--unshare-all', '--unshare-user', '--disable-userns'],
    ...['--uid', '1000', '--gid', '1000', '--hostname', 'ringlab'],
    ...['--die-with-parent', '--as-pid-1', '--cap-drop', 'ALL'],
    ...(interfaces.length > 0 ? NETWORK_RIGHTS : []),
    '--clearenv',
    ...(sources.system ?? systemHere()),
    ...ETC.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...sources.etcFiles.flatMap((name) => ['--ro-bind', `${sources.etcFolder}/${name}`, `/etc/${name}`]),
    ...['--ro-bind', sources.toolsFolder, TOOLS, '--ro-bind', sources.agentFolder, AGENT],
    ...['--proc', '/proc', '--dev', '/dev', ...networkDevices(interfaces, sources.tun)],
    ...PROCESSORS.flatMap((path) => ['--ro-bind-try', path, path]),
    // DPDK looks there for drivers, and takes its absence for a failure.
    ...['--dir', '/sys/module'],
    ...tmpfs('/dev/shm', limits.scratchBytes),
    ...tmpfs('/tmp', limits.scratchBytes),
    ...tmpfs('/run/ringlab', 4 * 1024 * 1024),
    ...tmpfs(REGION, limits.regionBytes),
    ...tmpfs(WORKSPACE, limits.diskBytes),
    ...(sources.devices ?? []),
    ...['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', WORKSPACE],
    ...['--', `${AGENT}/ringlab-agent`, 'inside', ...agentLimits],
    ...interfaces.flatMap(({ name, address, peer }) => [name, address, peer.name, peer.address]),
  ];
}

/**
 * The agent makes namespaces with them that belong to the sandbox alone; programs get what is about interfaces, and it sees to
 * it that they can never get more.
 */
export const NETWORK_RIGHTS = ['SYS_ADMIN', 'NET_ADMIN', 'NET_RAW', 'SETPCAP'].flatMap((right) => [
  '--cap-add',
  `CAP_${right}`,
]);

/** Its words for the netmap of the kernel below. */
export const NETMAP_PASSED = ['--dev-bind', NETMAP_DEVICE, NETMAP_DEVICE];

function networkDevices(interfaces: readonly SandboxInterface[], tun = TUN_DEVICE): string[] {
  return interfaces.length > 0 ? ['--dev-bind-try', tun, TUN_DEVICE] : [];
}

function tmpfs(path: string, bytes: number): string[] {
  return ['--perms', '0755', '--size', String(bytes), '--tmpfs', path];
}

/** /usr, and /bin, /lib and so on as the host has them: links into /usr, or folders. */
function systemHere(): string[] {
  const tops = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'].filter((name) => existsSync(`/${name}`));
  return [
    ...['--ro-bind', '/usr', '/usr'],
    ...tops.flatMap((name) =>
      lstatSync(`/${name}`).isSymbolicLink()
        ? ['--symlink', readlinkSync(`/${name}`), `/${name}`]
        : ['--ro-bind', `/${name}`, `/${name}`],
    ),
  ];
}

/** The same where it cannot be looked at from here: a Debian of today. */
export const MERGED_SYSTEM: readonly string[] = [
  ...['--ro-bind', '/usr', '/usr'],
  ...['bin', 'sbin', 'lib', 'lib64'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]),
];
