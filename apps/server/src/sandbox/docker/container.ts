// SPDX-License-Identifier: BSD-2-Clause
import type { SandboxInterface } from '@ringlab/labkit';
import type { EngineName } from '@ringlab/protocol';
import type { ContainerCreateOptions, DeviceMapping } from 'dockerode';
import { agentArguments, type HeldOutside } from '../agent/arguments.ts';
import { AGENT, NETMAP_DEVICE, REGION, WORKSPACE } from '../agent/inside.ts';
import type { Limits } from '../limits.ts';
import { TUN_DEVICE } from '../tun.ts';
import { LABEL } from './daemon.ts';

const MIB = 1024 * 1024;
/** The agent, and what connects the server to it. */
const PROCESSES_BESIDE = 2;

/** Of /proc, what names the machine or stops it: Docker's own list. Of /sys, everything but the container's control group. */
const MASKED = [
  ...[
    'acpi',
    'asound',
    'interrupts',
    'kcore',
    'keys',
    'latency_stats',
    'sched_debug',
    'scsi',
    'timer_list',
    'timer_stats',
  ].map((name) => `/proc/${name}`),
  ...['block', 'bus', 'class', 'dev', 'devices', 'firmware', 'hypervisor', 'kernel', 'module', 'power'].map(
    (name) => `/sys/${name}`,
  ),
  ...['/boot', '/home', '/root', '/srv', '/media', '/mnt'],
];

export interface ContainerSpec {
  readonly id: string;
  readonly image: string;
  readonly limits: Limits;
  readonly user: number;
  readonly engine: EngineName;
  readonly serverKey: string;
  readonly netmapDevice: string;
  readonly interfaces: readonly SandboxInterface[];
  /** What the daemon gives as `/dev/net/tun`; undefined where the machine has none. */
  readonly tun: string | undefined;
  /** What the daemon's control groups hold here. */
  readonly held: HeldOutside;
}

/** Everything that makes a container a sandbox. */
export function containerOptions(spec: ContainerSpec): ContainerCreateOptions {
  const { id, image, limits, user, engine, serverKey, interfaces } = spec;
  return {
    Image: image,
    Entrypoint: [`${AGENT}/ringlab-agent`],
    Cmd: [
      ...['contained', ...agentArguments(limits, spec.held)],
      ...interfaces.flatMap(({ name, address, peer }) => [name, address, peer.name, peer.address]),
    ],
    User: `${user}:${user}`,
    Hostname: 'ringlab',
    WorkingDir: WORKSPACE,
    // A daemon that comes back stops what it finds; the agent is process 1, and would not hear of anything less.
    StopSignal: 'SIGKILL',
    NetworkDisabled: true,
    Labels: {
      [LABEL.server]: serverKey,
      [LABEL.sandbox]: id,
      [LABEL.user]: String(user),
      [LABEL.engine]: engine,
      [LABEL.limits]: JSON.stringify(limits),
    },
    HostConfig: {
      AutoRemove: true,
      NetworkMode: 'none',
      IpcMode: 'private',
      CapDrop: ['ALL'],
      CapAdd: rightsFor(interfaces),
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      MaskedPaths: MASKED,
      // What it prints is for the server alone; the daemon would keep it on its disk.
      LogConfig: { Type: 'none', Config: {} },
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      PidsLimit: limits.processes + PROCESSES_BESIDE,
      CpuShares: Math.max(2, Math.round(1024 * limits.cpuShare)),
      ShmSize: limits.scratchBytes,
      Tmpfs: {
        '/tmp': tmpfs(limits.scratchBytes, user),
        '/run/ringlab': tmpfs(4 * MIB, user),
        [REGION]: tmpfs(limits.regionBytes, user),
        [WORKSPACE]: tmpfs(limits.diskBytes, user),
      },
      Devices: [
        ...(engine === 'kernel' ? [device(spec.netmapDevice, NETMAP_DEVICE)] : []),
        ...(interfaces.length > 0 && spec.tun !== undefined ? [device(spec.tun, TUN_DEVICE)] : []),
      ],
    },
  };
}

/**
 * Docker's filter lets a container ask for a user namespace only where it is given this. An ordinary user under
 * no-new-privileges never has it, and the agent's first act is to empty its bounding set: it has rights over its own namespaces
 * alone, and programs cannot make any.
 */
function rightsFor(interfaces: readonly SandboxInterface[]): string[] {
  return interfaces.length > 0 ? ['SYS_ADMIN'] : [];
}

function device(here: string, inside: string): DeviceMapping {
  return { PathOnHost: here, PathInContainer: inside, CgroupPermissions: 'rw' };
}

function tmpfs(bytes: number, user: number): string {
  return `rw,exec,nosuid,nodev,size=${bytes},mode=0755,uid=${user},gid=${user}`;
}
