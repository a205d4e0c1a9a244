// SPDX-License-Identifier: BSD-2-Clause
import { agentArguments } from '../agent/arguments.ts';
import { environment, TOOLS } from '../agent/inside.ts';
import { quoted } from '../over-ssh/link.ts';
import { type HostSystem, lockOn, NOTHING_OUTSIDE, noting, socketOn, Unfit } from './host-system.ts';

/** Of lockf(1), EX_TEMPFAIL. */
const BUSY = 75;
/** Of who was there before, the last file systems may still be unmounted. */
const LOCK_WAIT_S = 5;

/** A sandbox is a jail, made by `agent/native/freebsd/sandbox.sh`; netmap is the kernel's. */
export const FREEBSD: HostSystem = {
  needs: [
    ['root', 'a login as root, who alone can make a jail'],
    ['netmap', '/dev/netmap'],
    ['cc', 'a C compiler'],
    ['tar', 'tar'],
    ['lockf', 'lockf'],
    ['bash', 'bash (pkg install bash)'],
    ['gnu-make', `GNU make as ${TOOLS}/bin/make`],
    ['nmstat', `netmap's tools in ${TOOLS}`],
  ],
  engine: 'kernel',
  engines: ['kernel'],
  compile: 'sh freebsd/build.sh "$PWD/.."',

  launch(host, { agentFolder }, { limits, interfaces = [], holder }) {
    if (interfaces.length > 0)
      throw new Unfit(
        'This lab has interfaces of its own, which a sandbox on FreeBSD cannot have. A host with Linux can.',
      );
    const script = [
      `${agentFolder}/src/freebsd/sandbox.sh`,
      agentFolder,
      `${host.folder}/root`,
      socketOn(host),
    ];
    const sizes = [limits.scratchBytes, limits.diskBytes];
    const words = ['sh', ...script, ...sizes, ...agentArguments(limits, NOTHING_OUTSIDE)];
    return {
      command: `exec lockf -k -s -t ${LOCK_WAIT_S} ${quoted([lockOn(host), ...noting(host, holder, words)])}`,
      busyCode: BUSY,
    };
  },

  /** Programs are compiled against the headers of the system, whose netmap they will use. */
  environment() {
    const { UNETMAP_DIR, C_INCLUDE_PATH, CPLUS_INCLUDE_PATH, LIBRARY_PATH, ...rest } = environment([]);
    return { ...rest, SHELL: '/usr/local/bin/bash' };
  },
};
